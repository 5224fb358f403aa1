"""Reads times as archives write them, and selects the images nearest to given times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.times import parse_utc_column

__all__ = ["join_nearest", "nearest", "on_grid", "utc_times"]

Times = NDArray[np.datetime64]

_TIME = re.compile(r"(\d{4})[-.](\d\d)[-.](\d\d)[T_ ](\d\d):(\d\d):(\d\d(?:\.\d*)?)(?:_?(Z|UTC|UT|TAI))?")


def utc_times(texts: Sequence[object]) -> Times:
    """Read ``2014-02-03T02:08:48.34Z`` and ``2014.02.03_02:09:23_TAI``, as SDO's archives write times.

    Rounding made seconds of 60 out of 59.99; they count as the next minute, and a leap second as that after it.

    Returns
    -------
    array
        UTC, datetime64[ns], shape (n,); NaT where the text is no time.
    """
    found = [_TIME.fullmatch(str(text).strip()) for text in texts]
    times = np.array([_moment(match) for match in found], dtype="datetime64[ns]")
    tai = np.array([match is not None and match[7] == "TAI" for match in found], dtype=bool) & ~np.isnat(times)
    if tai.any():
        from astropy.time import Time

        times[tai] = parse_utc_column(Time(times[tai], format="datetime64", scale="tai", precision=9).utc.isot)
    return times


def _moment(match: re.Match[str] | None) -> np.datetime64:
    if match is None or not float(match[6]) < 61:
        return np.datetime64("NaT")
    try:
        minute = np.datetime64(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}", "ns")
    except ValueError:
        return np.datetime64("NaT")
    return minute + np.timedelta64(round(float(match[6]) * 1e9), "ns")


def nearest(moments: Times, times: Times, tolerance: np.timedelta64) -> NDArray[np.intp]:
    """Return the index of the nearest of `times` for each moment.

    Returns
    -------
    array
        Indices into `times`, shape of `moments`; -1 where none lies within `tolerance`.
    """
    order = np.argsort(times, kind="stable")
    order = order[: np.count_nonzero(~np.isnat(times))]  # NaT sorts to the end
    if not order.size:
        return np.full(moments.shape, -1, dtype=np.intp)
    ordered = times[order]
    after = np.clip(np.searchsorted(ordered, moments), 0, order.size - 1)
    before = np.clip(after - 1, 0, order.size - 1)
    best = np.where(abs(moments - ordered[before]) <= abs(ordered[after] - moments), before, after)
    near = abs(ordered[best] - moments) <= tolerance
    return np.where(near & ~np.isnat(moments), order[best], -1)


def on_grid(times: Times, cadence: np.timedelta64) -> NDArray[np.intp]:
    """Return the image nearest to each step of a regular grid from midnight UTC, at most half a step away."""
    known = times[~np.isnat(times)]
    if not known.size:
        return np.zeros(0, dtype=np.intp)
    step = cadence.astype("timedelta64[ns]")
    day = known.min().astype("datetime64[D]").astype("datetime64[ns]")
    ticks = day + step * np.unique(np.rint((known - day) / step).astype(np.int64))
    found = nearest(ticks, times, step // 2)
    _, first = np.unique(found, return_index=True)
    kept = found[np.sort(first)]
    return kept[kept >= 0]


def join_nearest(times: Mapping[str, Times], tolerance: np.timedelta64) -> dict[str, NDArray[np.intp]]:
    """Match channels by time: for each image of the first channel, the nearest of each other channel.

    Parameters
    ----------
    times
        Times of each channel, in any order and number.
    tolerance
        Longest time between images that count as simultaneous.

    Returns
    -------
    dict
        Indices by channel, all of one shape (n,), by time; only moments at which every channel has an image.
    """
    names = list(times)
    reference = times[names[0]]
    order = np.argsort(reference, kind="stable")[: np.count_nonzero(~np.isnat(reference))]
    joined = {names[0]: order} | {name: nearest(reference[order], times[name], tolerance) for name in names[1:]}
    complete = np.logical_and.reduce([indices >= 0 for indices in joined.values()])
    return {name: indices[complete] for name, indices in joined.items()}
