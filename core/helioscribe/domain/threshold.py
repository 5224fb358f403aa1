"""Detections at another threshold, from the scores that a run left: pure functions, no network runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import TimeRange, from_datetime64, to_datetime64

__all__ = ["ScoredSpan", "column_of", "highest", "spans_above"]

_GAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSpan:
    """A stretch of time whose scores reach a threshold."""

    time_range: TimeRange
    """First to last such sample, UTC at the observer."""

    peak_time: np.datetime64
    """Of the highest score."""

    score: float
    """The highest score."""


def column_of(series: ScoreSeries, name: str = "") -> NDArray[np.float32]:
    """Return one column of scores, the first by default, shape (t,). Raises `InvalidInputError` if there is none."""
    if not series.names or (name and name not in series.names):
        raise InvalidInputError(f"no scores {name[:40]!r}; there are {', '.join(series.names) or 'none'}")
    column: NDArray[np.float32] = series.values[:, series.names.index(name) if name else 0]
    return column


def highest(series: ScoreSeries, span: TimeRange, name: str = "") -> float | None:
    """Return the highest score within a span, or None if nothing was scored there."""
    scores = column_of(series, name)
    within = (series.times >= to_datetime64(span.start)) & (series.times <= to_datetime64(span.end))
    known = scores[within & np.isfinite(scores)]
    return float(known.max()) if known.size else None


def spans_above(
    series: ScoreSeries, threshold: float, name: str = "", *, gap: timedelta = _GAP
) -> tuple[ScoredSpan, ...]:
    """Return the stretches whose scores reach a threshold; shorter interruptions than `gap` do not part them."""
    scores = column_of(series, name)
    reached = np.flatnonzero(np.isfinite(scores) & (scores >= threshold))
    if not reached.size:
        return ()
    apart = np.diff(series.times[reached]) > np.timedelta64(gap)
    return tuple(_span(series.times[part], scores[part]) for part in np.split(reached, np.flatnonzero(apart) + 1))


def _span(times: NDArray[np.datetime64], scores: NDArray[np.float32]) -> ScoredSpan:
    span = TimeRange(start=from_datetime64(times[0]), end=from_datetime64(times[-1]))
    return ScoredSpan(time_range=span, peak_time=times[int(np.argmax(scores))], score=float(scores.max()))
