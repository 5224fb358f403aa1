"""The rule: where a flare starts, peaks and ends in a series of minute means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flare", "Rule", "find_flares", "minute_means"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes a flare; the parameters of the manifest."""

    rise: float
    """Least ratio of the flux after the rise to before it."""

    minutes: int
    """Length of the rise [min]."""

    floor: float
    """Flux that all minutes of the rise exceed, in the unit of the series."""

    significance: float
    """Least rise in units of the counting noise."""

    gap: float
    """Longest hole in the data within a flare [min]."""


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
    """Whether the data begin with its rise, or end first."""


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


def find_flares(series: Floats, noise: Floats, rule: Rule) -> list[Flare]:
    """Find flares in minute means.

    A flare opens with minutes that all exceed the floor, each the one before, and together rise by the factor of the
    rule; it ends when the flux has fallen to the middle between its maximum and its start (the SWPC definition).

    Parameters
    ----------
    series
        Means, shape (m,), NaN where there are none.
    noise
        One standard deviation of each mean, shape (m,).
    rule
        What makes a flare.
    """
    steps = np.diff(series) > 0  # False beside a NaN
    flares: list[Flare] = []
    position = 0
    while (after := position + rule.minutes - 1) < series.size:
        if steps[position:after].all() and _rises(series, noise, position, after, rule):
            flares.append(_follow(series, position, after, round(rule.gap)))
            position = max(flares[-1].end, after)
        else:
            position += 1
    return flares


def _rises(series: Floats, noise: Floats, start: int, after: int, rule: Rule) -> bool:
    before, now = series[start], series[after]
    sure = now - before >= rule.significance * np.hypot(noise[start], noise[after])
    return bool(sure and before > rule.floor and now >= rule.rise * before)


def _follow(series: Floats, start: int, after: int, gap: int) -> Flare:
    peak, seen = after, after
    cut = start == 0 or bool(np.isnan(series[start - 1]))
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
            return Flare(start=start, peak=peak, end=now, clipped=cut)
    return Flare(start=start, peak=peak, end=seen, clipped=True)
