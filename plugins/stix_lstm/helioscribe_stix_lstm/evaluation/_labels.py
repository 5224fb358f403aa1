"""Labelled series of a data folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.sdk.labels import read_table
from helioscribe_stix_lstm.evaluation._matching import Truth

__all__ = ["Labelled", "labelled_series"]

_SERIES = ("*ql-lightcurve*.fits*", "stix_ql_lc_*.csv*", "*sci-spectrogram*.fits*")

_PEAKS_BY_EYE = {"20200613": ("2020-06-13T11:10:57",)}
"""Flares that no list has, by date: the micro-flare of 2020-06-13."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A series and its flares."""

    name: str
    """Of the file, without endings."""

    curve: LightCurve
    """Counts."""

    truth: Truth
    """Listed flares within it."""


def labelled_series(data: Path, read: Callable[[Path], Product]) -> Iterator[Labelled]:
    """Read the series of a folder and its subfolders, with their labels.

    Labels are a file ``reference_peaks_<date>...csv`` of the same date and part; else the rows of the operational
    flare list within the series; else nothing, which makes a quiet day.

    Raises
    ------
    InvalidInputError
        If there is no series.
    """
    paths = sorted({path for pattern in _SERIES for path in data.rglob(pattern)})
    if not paths:
        raise InvalidInputError(f"{data}: found no STIX light curves to evaluate on")
    for path in paths:
        curve = _read(path, read)
        yield Labelled(name=path.name.split(".")[0], curve=curve, truth=_within(_truth(data, path), curve))


def _read(path: Path, read: Callable[[Path], Product]) -> LightCurve:
    product = read(path)
    if not isinstance(product, LightCurve):
        raise InvalidInputError(f"{path.name}: expected a light curve, got {product.kind}")
    return product


def _truth(data: Path, path: Path) -> Truth:
    match = re.search(r"20\d{6}", path.name)
    date = match.group() if match else ""
    part = re.search(r"part\d", path.name)
    for candidate in sorted(data.rglob(f"reference_peaks_{date}{'_' + part.group() if part else ''}.csv")):
        return _table(candidate, peak="peak_utc", start="start_utc", ratio=_reference_ratio)
    if date in _PEAKS_BY_EYE:
        peak = np.array(_PEAKS_BY_EYE[date], "datetime64[ns]")
        return Truth(peak=peak, start=np.full(peak.size, np.datetime64("NaT")), ratio=np.full(peak.size, np.nan))
    for candidate in sorted(data.rglob("*operational_flare_list*.csv*")):
        return _table(candidate, peak="peak_UTC", start="start_UTC", ratio=_listed_ratio)
    return Truth(peak=np.array([], "datetime64[ns]"), start=np.array([], "datetime64[ns]"), ratio=np.array([]))


def _reference_ratio(row: Mapping[str, str]) -> float:
    return float(row["peak_over_background"])


def _listed_ratio(row: Mapping[str, str]) -> float:
    return float(row["LC0_PEAK_COUNTS_4S"]) / float(row["LC0_BKG"])


def _table(path: Path, *, peak: str, start: str, ratio: Callable[[Mapping[str, str]], float]) -> Truth:
    rows = read_table(path)
    try:
        times = [np.array([row[name].replace(" ", "T") for row in rows], "datetime64[ns]") for name in (peak, start)]
        return Truth(peak=times[0], start=times[1], ratio=np.array([ratio(row) for row in rows]))
    except (KeyError, ValueError) as error:
        raise InvalidInputError(f"{path.name}: not a list of flares: {error}") from None


def _within(truth: Truth, curve: LightCurve) -> Truth:
    inside = (truth.peak >= curve.times[0]) & (truth.peak <= curve.times[-1])
    return Truth(peak=truth.peak[inside], start=truth.start[inside], ratio=truth.ratio[inside])
