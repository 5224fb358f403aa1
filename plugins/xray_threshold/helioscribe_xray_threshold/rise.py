"""The rule: where a flare starts, peaks and ends in a series of minute means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flare", "find_flares", "minute_means"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flare:
    """Indices into a series of minutes."""

    start: int
    """First minute of the rise."""

    peak: int
    """Minute of the maximum."""

    end: int
    """Last minute: half of the rise is gone, or the data end."""

    clipped: bool
    """Whether the data end first."""


def minute_means(
    times: NDArray[np.datetime64], values: Floats, good: NDArray[np.bool_]
) -> tuple[NDArray[np.datetime64], Floats, Floats]:
    """Average a series over whole minutes.

    Parameters
    ----------
    times
        UTC, shape (t,), increasing.
    values
        Shape (t,); NaN counts as bad.
    good
        Which samples to use, shape (t,).

    Returns
    -------
    tuple
        Starts of all minutes from first to last, shape (m,); means, NaN where there is no sample; numbers of samples.
    """
    usable = good & np.isfinite(values)
    minutes = times.astype("datetime64[m]")
    axis = np.arange(minutes[0], minutes[-1] + np.timedelta64(1, "m"))
    index = (minutes - minutes[0]).astype(np.int64)[usable]
    numbers = np.bincount(index, minlength=axis.size).astype(np.float64)
    sums = np.bincount(index, weights=values[usable], minlength=axis.size)
    with np.errstate(invalid="ignore"):
        means = np.where(numbers > 0, sums / np.maximum(numbers, 1), np.nan)
    return axis, means, numbers


def find_flares(
    series: Floats, noise: Floats, *, rise: float, minutes: int, significance: float, gap: int
) -> list[Flare]:
    """Find flares in minute means.

    A flare opens with `minutes` minutes that each exceed the one before and together rise by the factor `rise`; it
    ends when the flux has fallen to the middle between its maximum and its start (the SWPC definition).

    Parameters
    ----------
    series
        Means, shape (m,), NaN where there are none.
    noise
        One standard deviation of each mean, shape (m,).
    rise, minutes, significance, gap
        As in the manifest; `gap` in minutes.
    """
    steps = np.diff(series) > 0  # False beside a NaN
    flares: list[Flare] = []
    position, last = 0, series.size - minutes
    while position < last + 1 and position + minutes - 1 < series.size:
        after = position + minutes - 1
        climbing = bool(steps[position:after].all())
        if climbing and _rises(series, noise, (position, after), rise=rise, significance=significance):
            flare = _follow(series, position, after, gap)
            flares.append(flare)
            position = max(flare.end, after)
        else:
            position += 1
    return flares


def _rises(series: Floats, noise: Floats, span: tuple[int, int], *, rise: float, significance: float) -> bool:
    start, after = span
    spread = float(np.hypot(noise[start], noise[after]))
    return bool(series[after] >= rise * series[start] and series[after] - series[start] >= significance * spread)


def _follow(series: Floats, start: int, after: int, gap: int) -> Flare:
    peak, seen = after, after
    for now in range(after + 1, series.size):
        value = series[now]
        if np.isnan(value):
            if now - seen > gap:
                return Flare(start=start, peak=peak, end=seen, clipped=True)
            continue
        seen = now
        if value > series[peak]:
            peak = now
        elif value <= (series[peak] + series[start]) / 2:
            return Flare(start=start, peak=peak, end=now, clipped=False)
    return Flare(start=start, peak=peak, end=seen, clipped=True)
