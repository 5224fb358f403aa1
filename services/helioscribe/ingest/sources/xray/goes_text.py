"""GOES X-ray sensor data as text: SWPC's JSON of the last days, NCEI's CSV of GOES 8 to 15, and CSV that sunpy writes.

SWPC's JSON has two records a minute, one a band (services.swpc.noaa.gov/json/goes). NCEI's CSV begins with a
description, and names its columns ``xs, xl``, ``A_AVG, B_AVG`` or ``A_FLUX, B_FLUX`` (satdat.ngdc.noaa.gov/sem/goes).
"""

from __future__ import annotations

import csv
import json
import re
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import parse_utc_column
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.xray.series import irradiance_curve, width_of

__all__ = ["is_goes_csv", "is_goes_json", "read_goes_csv", "read_goes_json"]

_ANGSTROM = np.array([[0.5, 4.0], [1.0, 8.0]])
_ENERGIES = {"0.05-0.4nm": 0, "0.1-0.8nm": 1}
_PAIRS = (("xrsa", "xrsb"), ("xs", "xl"), ("a_avg", "b_avg"), ("a_flux", "b_flux"))
_TIMES = ("", "time", "time_tag", "utc", "date")
_MOST_DESCRIPTION = 500
_PLATFORM = re.compile(r"(?:^|_)g(\d{2})_")
_FLOOR = 1e-9
"""What SWPC writes where nothing is left of the flux [W / m2]."""

Floats = NDArray[np.float64]


def is_goes_json(data: bytes) -> bool:
    """Whether the bytes are SWPC's JSON of X-ray fluxes."""
    start = data[:1000]
    return start.lstrip().startswith(b"[") and all(key in start for key in (b'"time_tag"', b'"flux"', b'nm"'))


def read_goes_json(data: bytes, name: str) -> SourceFile:
    """Read irradiances of one satellite, the one with most records [W / m2].

    A minute is good if its band of 1 to 8 Angstrom has a flux that electrons do not make up.

    Raises
    ------
    InvalidInputError
        If a record has no time, satellite, energy and flux.
    """
    try:
        rows = [row for row in json.loads(data) if row["energy"] in _ENERGIES]
        satellites = [int(row["satellite"]) for row in rows]
        satellite = max(set(satellites), key=satellites.count)
        rows = [row for row, flown in zip(rows, satellites, strict=True) if flown == satellite]
        stamps = parse_utc_column(row["time_tag"] for row in rows)
        values = np.array([row["flux"] for row in rows], np.float64)
        clean = np.array([not row["electron_contaminaton"] for row in rows])  # SWPC's spelling
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: not SWPC's X-ray fluxes") from None
    times, place = np.unique(stamps, return_inverse=True)
    band = np.array([_ENERGIES[row["energy"]] for row in rows])
    flux, sound = np.full((times.size, 2), np.nan), np.zeros((times.size, 2), bool)
    flux[place, band], sound[place, band] = values, clean & (values > _FLOOR)
    return _source(f"GOES {satellite}", times, flux, sound[:, 1], "operational")


def is_goes_csv(data: bytes) -> bool:
    """Whether the bytes are CSV with both bands of GOES XRS."""
    return _header(data) is not None


def read_goes_csv(data: bytes, name: str) -> SourceFile:
    """Read irradiances [W / m2]; what is not above zero is missing.

    Raises
    ------
    InvalidInputError
        If a row cannot be read.
    """
    skipped, columns, flags = _header(data) or (0, [], [])
    rows = list(csv.reader(data.decode("utf-8-sig", "replace").splitlines()[skipped:]))
    try:
        stamps = parse_utc_column(row[0] for row in rows if row)
        cells = np.array([[float(row[k] or "nan") for k in columns + flags] for row in rows if row])
    except (ValueError, IndexError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: a row is not a time and fluxes") from None
    if not len(stamps) or np.isnat(stamps).any():
        raise InvalidInputError(f"{name}: no rows below the header line, or one without a time")
    flux, flagged = cells[:, :2], (cells[:, 2:] > 0).any(axis=1)
    found = _PLATFORM.search(name.lower())
    return _source(f"GOES {int(found[1])}" if found else "GOES", stamps, flux, (flux[:, 1] > 0) & ~flagged, "CSV")


def _header(data: bytes) -> tuple[int, list[int], list[int]] | None:
    """Return how many lines stand before the rows, the columns of both bands, and that of the long one's flag."""
    for number, line in enumerate(islice(data[:100_000].split(b"\n"), _MOST_DESCRIPTION), start=1):
        cells = [cell.strip() for cell in line.decode("utf-8", "replace").lstrip("\ufeff").lower().split(",")]
        for pair in _PAIRS:
            if set(pair) <= set(cells) and cells[0] in _TIMES:
                return number, _places(cells, pair), _places(cells, ("b_qual_flag",))
    return None


def _places(cells: list[str], wanted: tuple[str, ...]) -> list[int]:
    return [cells.index(cell) for cell in wanted if cell in cells]


def _source(
    observatory: str, starts: NDArray[np.datetime64], flux: Floats, good: NDArray[np.bool_], level: str
) -> SourceFile:
    # NOAA names a bin by its begin.
    half = width_of(np.unique(starts)) / 2
    curve = irradiance_curve(
        observatory=observatory,
        instrument="XRS",
        times=starts + np.timedelta64(round(half * 1e9), "ns"),
        flux=np.where(flux > 0, flux, np.nan),
        angstrom=_ANGSTROM,
        good=good,
    )
    return SourceFile(product=curve, channel="1.55-24.8 keV", level=level)
