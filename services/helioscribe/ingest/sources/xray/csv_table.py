"""X-ray light curves as CSV: a time column and one column a band."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import parse_utc_column
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.stix import QUICK_LOOK_BANDS

__all__ = ["read_csv"]

_EDGES = re.compile(r"(\d+(?:\.\d+)?)\s*[-_]\s*(\d+(?:\.\d+)?)\s*_?kev", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:ebin|counts_ch|lc)(\d+)", re.IGNORECASE)
_TIME_NAMES = ("utc", "time", "date", "datetime")
_MOST_ROWS = 5_000_000

Floats = NDArray[np.float64]


def read_csv(data: bytes, name: str) -> SourceFile:
    """Read a light curve from CSV, taken for STIX quick-look counts.

    Columns are a time (``utc`` or ``time``, ISO 8601, UTC at the spacecraft) and bands: either with their edges in
    the name (``cts_4_10keV``) or numbered (``ebin1`` to ``ebin5``), which means the nominal quick-look bands.

    Raises
    ------
    UnsupportedInputError
        If there is no such header line.
    InvalidInputError
        If a row cannot be read.
    """
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        header = [cell.strip() for cell in next(rows, [])]
    except (UnicodeDecodeError, csv.Error):
        raise UnsupportedInputError(f"{name}: neither FITS nor CSV") from None
    time_column, columns, bands = _columns(header, name)
    times, counts = _values(rows, name, time_column, columns, len(header))
    return SourceFile(product=_curve(times, counts, bands, name), channel=_channel(bands), level="CSV")


def _columns(header: list[str], name: str) -> tuple[int, list[int], Floats]:
    lower = [cell.lower() for cell in header]
    time_column = next((lower.index(known) for known in _TIME_NAMES if known in lower), None)
    if time_column is None:
        raise UnsupportedInputError(f"{name}: CSV without a utc or time column; it has {', '.join(header[:8])[:120]!r}")
    edges = [(i, (float(found[1]), float(found[2]))) for i, cell in enumerate(header) if (found := _EDGES.search(cell))]
    if not edges:
        numbered = [i for i, cell in enumerate(header) if _NUMBERED.fullmatch(cell)]
        if len(numbered) == len(QUICK_LOOK_BANDS):
            edges = list(zip(numbered, QUICK_LOOK_BANDS, strict=True))
    if not edges:
        raise UnsupportedInputError(
            f"{name}: CSV without bands; expected columns such as cts_4_10keV, or ebin1 to ebin{len(QUICK_LOOK_BANDS)}"
        )
    bands = np.asarray([pair for _, pair in edges])
    if (bands[:, 0] >= bands[:, 1]).any():
        raise InvalidInputError(f"{name}: a band's lower edge is not below its upper edge")
    return time_column, [i for i, _ in edges], bands


def _values(
    rows: Iterable[list[str]], name: str, time_column: int, columns: list[int], width: int
) -> tuple[NDArray[np.datetime64], Floats]:
    stamps, values = [], []
    try:
        for number, row in enumerate(rows, start=2):
            if not row:
                continue
            if len(row) != width or number > _MOST_ROWS:
                raise InvalidInputError(f"{name}: line {number} has {len(row)} cells, expected {width}")
            stamps.append(row[time_column])
            values.append([float(row[i]) if row[i].strip() else np.nan for i in columns])
        times = parse_utc_column(stamps)
    except (ValueError, csv.Error, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: near line {len(values) + 2}") from None
    if not len(times):
        raise InvalidInputError(f"{name}: no rows below the header line")
    return times, np.asarray(values, float)


def _curve(times: NDArray[np.datetime64], counts: Floats, bands: Floats, name: str) -> LightCurve:
    if np.isnat(times).any():
        raise InvalidInputError(f"{name}: a row has no time")
    steps = np.diff(times)
    backwards = int((steps < np.timedelta64(0, "ns")).sum())
    if backwards > max(10, len(times) // 100):
        raise InvalidInputError(f"{name}: times run backwards at {backwards} of {len(times)} rows")
    times, order = np.unique(times, return_index=True)
    counts = counts[order]
    if np.nanmin(counts, initial=0.0) < 0 or np.isinf(counts).any():
        raise InvalidInputError(f"{name}: counts that are negative or infinite")
    cadence = float(np.median(np.diff(times)).astype("timedelta64[ns]").astype(float) / 1e9) if len(times) > 1 else 4.0
    n = len(times)
    return LightCurve(
        observatory="Solar Orbiter",
        instrument="STIX",
        times=times,
        exposure=np.full(n, cadence),
        counts=counts,
        errors=np.sqrt(np.maximum(np.nan_to_num(counts), 1.0)),
        energies=bands,
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.asarray(np.isfinite(counts).all(axis=1)),
    )


def _channel(bands: Floats) -> str:
    return f"{bands[0, 0]:g}-{bands[-1, 1]:g} keV"
