"""Fewer points that draw the same line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.times import TimeRange, to_datetime64

__all__ = ["thinned"]


def thinned(
    times: NDArray[np.datetime64],
    values: NDArray[np.float64],
    span: TimeRange | None,
    *,
    width: float,
    most: int = 4000,
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return about as many points as a plot can show: of every stretch the least and the greatest, NaN in gaps.

    Parameters
    ----------
    times
        UTC, datetime64[ns], shape (t,).
    values
        Shape (t, column).
    span
        Span to show; all by default.
    width
        Width of a sample [s].
    most
        Points, about.
    """
    if span is not None:
        inside = (times >= to_datetime64(span.start)) & (times <= to_datetime64(span.end))
        times, values = times[inside], values[inside]
    step = times.size // (most // 2)
    if step > 1:
        whole = times.size // step * step
        chunks = values[:whole].reshape(-1, step, values.shape[1])
        ends = np.stack([np.fmin.reduce(chunks, axis=1), np.fmax.reduce(chunks, axis=1)], axis=1)
        times = np.stack([times[:whole:step], times[step // 2 : whole : step]], axis=1).reshape(-1)
        values = ends.reshape(-1, values.shape[1])
    return _with_gaps(times, values, width)


def _with_gaps(
    times: NDArray[np.datetime64], values: NDArray[np.float64], width: float
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Put NaN into gaps, so that no line is drawn across them."""
    steps = np.diff(times) / np.timedelta64(1, "s")
    usual = float(np.median(steps)) if steps.size else 1.0
    after = np.flatnonzero(steps > max(10 * usual, 5 * width)) + 1
    moments = times[after - 1] + np.timedelta64(1, "ns")
    return np.insert(times, after, moments), np.insert(values, after, np.nan, axis=0)
