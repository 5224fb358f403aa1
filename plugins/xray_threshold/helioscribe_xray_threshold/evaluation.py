"""How well the rule agrees with the lists of NOAA and of RHESSI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import to_datetime64
from helioscribe.sdk.labels import read_table
from helioscribe.sdk.matching import pair_times

__all__ = ["TOLERANCE", "evaluate"]

TOLERANCE = 240.0
"""Most distance of a found peak from a listed one [s]: what the rule needs to open a flare."""

_LISTS = {"XRS": ("swpc_flares*.csv*", "peak_time"), "HESSI": ("rhessi_flares*.csv*", "peak_utc")}
"""File and column of the list of each instrument; SWPC's is that of sunpy's search of its event reports."""

_CURVES = ("*.nc", "*.fits", "*.fits.gz")

Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreement:
    """Found and listed flares of one or several days."""

    listed: int = 0
    found: int = 0
    apart: tuple[float, ...] = ()
    """Found peak less listed one, of the pairs [s]."""

    def __add__(self, other: _Agreement) -> _Agreement:
        return _Agreement(
            listed=self.listed + other.listed, found=self.found + other.found, apart=self.apart + other.apart
        )

    def figures(self) -> dict[str, float | int | None]:
        both = len(self.apart)
        return {
            "listed": self.listed,
            "found": self.found,
            "both": both,
            "recall": both / self.listed if self.listed else None,
            "precision": both / self.found if self.found else None,
            "f1": 2 * both / (self.listed + self.found) if self.listed + self.found else None,
            "peak_error_median_s": float(np.median(np.abs(self.apart))) if both else None,
        }


def evaluate(
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Callable[[Product, Parameters], DetectionResult],
    folder: Path | None,  # noqa: ARG001  # it draws nothing
) -> dict[str, Any]:
    """Compare what is found in the light curves of a folder with the flare lists in it.

    A listed flare counts where its peak lies in good data; a found one that goes on outside the data does not count.

    Returns
    -------
    dict
        Figures by series, and by instrument.

    Raises
    ------
    InvalidInputError
        If the folder holds no light curve whose days a list has.
    """
    lists = {instrument: _listed(data, *where) for instrument, where in _LISTS.items()}
    series: dict[str, dict[str, float | int | None]] = {}
    together: dict[str, _Agreement] = {}
    for name, curve in _curves(data, read):
        listed = _seen(lists.get(curve.instrument, _none()), curve)
        if listed is None:
            continue
        agreement = _compare(detect(curve, {}), listed)
        series[name] = agreement.figures()
        together[curve.instrument] = together.get(curve.instrument, _Agreement()) + agreement
    if not series:
        raise InvalidInputError(
            f"{data}: expected light curves of GOES or RHESSI, and swpc_flares*.csv or rhessi_flares*.csv"
        )
    return {instrument: agreement.figures() for instrument, agreement in together.items()} | {"series": series}


def _compare(result: DetectionResult, listed: Times) -> _Agreement:
    peaks = [to_datetime64(one.peak_time or one.time_range.start) for one in result.detections]
    pairs = pair_times(np.array(peaks, "datetime64[ns]"), listed, tolerance=TOLERANCE)
    paired = {one for one, _ in pairs}
    cut = sum(one.clipped and index not in paired for index, one in enumerate(result.detections))
    apart = tuple(float((peaks[one] - listed[other]) / np.timedelta64(1, "s")) for one, other in pairs)
    return _Agreement(listed=listed.size, found=len(peaks) - cut, apart=apart)


def _curves(data: Path, read: Callable[[Path], Product]) -> Iterator[tuple[str, LightCurve]]:
    for path in sorted({path for pattern in _CURVES for path in data.rglob(pattern)}):
        try:
            product = read(path)
        except InvalidInputError:  # a list, or another instrument's file
            continue
        if isinstance(product, LightCurve):
            yield path.name.split(".")[0], product


def _seen(listed: Times, curve: LightCurve) -> Times | None:
    """Return the listed peaks within good data; None if the list has nothing of the curve's days."""
    days = np.unique(curve.times.astype("datetime64[D]"))
    if not np.isin(days, listed.astype("datetime64[D]")).any():
        return None
    good, minute = curve.times[curve.good], np.timedelta64(1, "m")
    beside = np.searchsorted(good, listed + minute) - np.searchsorted(good, listed - minute)
    inside = (listed >= curve.times[0]) & (listed <= curve.times[-1])
    return np.asarray(listed[inside & (beside > 0)])


def _listed(data: Path, pattern: str, column: str) -> Times:
    rows = [row for path in sorted(data.rglob(pattern)) for row in read_table(path)]
    try:
        return np.sort(np.array([row[column].replace(" ", "T") for row in rows], "datetime64[ns]"))
    except (KeyError, ValueError) as error:
        raise InvalidInputError(f"{pattern}: not a list of flares with {column}: {error}") from None


def _none() -> Times:
    return np.array([], "datetime64[ns]")
