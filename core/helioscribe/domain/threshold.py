"""Spans of time in which scores reach a threshold, so that another threshold can be applied without a new run."""

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
    """A span of time in which scores reach a threshold."""

    time_range: TimeRange
    """Time from the first to the last such sample, UTC at the observer."""

    peak_time: np.datetime64
    """Time of the highest score, UTC at the observer."""

    score: float
    """The highest score."""


def column_of(series: ScoreSeries, name: str = "") -> NDArray[np.float32]:
    """Return a column of scores, by default the first, shape (t,). Raises `InvalidInputError` if it does not exist."""
    if not series.names or (name and name not in series.names):
        raise InvalidInputError(f"no scores {name[:40]!r}; there are {', '.join(series.names) or 'none'}")
    column: NDArray[np.float32] = series.values[:, series.names.index(name) if name else 0]
    return column


def highest(series: ScoreSeries, span: TimeRange, name: str = "") -> float | None:
    """Return the highest score within a span; None if there are no scores."""
    scores = column_of(series, name)
    within = (series.times >= to_datetime64(span.start)) & (series.times <= to_datetime64(span.end))
    known = scores[within & np.isfinite(scores)]
    return float(known.max()) if known.size else None


def spans_above(
    series: ScoreSeries, threshold: float, name: str = "", *, gap: timedelta = _GAP
) -> tuple[ScoredSpan, ...]:
    """Return the spans in which scores reach a threshold. Interruptions up to `gap` do not divide a span."""
    scores = column_of(series, name)
    reached = np.flatnonzero(np.isfinite(scores) & (scores >= threshold))
    if not reached.size:
        return ()
    apart = np.diff(series.times[reached]) > np.timedelta64(gap)
    return tuple(_span(series.times[part], scores[part]) for part in np.split(reached, np.flatnonzero(apart) + 1))


def _span(times: NDArray[np.datetime64], scores: NDArray[np.float32]) -> ScoredSpan:
    span = TimeRange(start=from_datetime64(times[0]), end=from_datetime64(times[-1]))
    return ScoredSpan(time_range=span, peak_time=times[int(np.argmax(scores))], score=float(scores.max()))
