"""The score that decided, over time, with a threshold that people may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.threshold import spans_above
from helioscribe.domain.times import TimeRange, to_datetime64
from helioscribe.runtime.plots.thinning import thinned
from helioscribe.web.drawings.lines import MOST_POINTS, Level, Line, Scale, Shade, path, shade

__all__ = ["ScoreDrawing", "draw_score"]

_FLOOR = 0.03
"""Least score, in thresholds, that is shown: below it is noise."""

_RATIO, _SHARE = "score", "probability"
"""The column that counts in thresholds, and the one that lies between 0 and 1; others have no threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDrawing:
    """The score, and what reaches a threshold."""

    line: Line
    """The score over time."""

    levels: tuple[Level, ...]
    """Round scores."""

    y: float
    """Of the threshold, from the top [percent]."""

    threshold: float
    """In the score's unit."""

    low: float
    """Score at the bottom."""

    high: float
    """Score at the top."""

    above: tuple[Shade, ...]
    """What reaches the threshold."""

    samples: Mapping[str, object]
    """For the page's script: seconds since the left end and scores, and how they are drawn."""

    name: str
    """What the score is."""


def draw_score(scores: ScoreSeries, span: TimeRange, *, threshold: float | None = None) -> ScoreDrawing | None:
    """Draw a score over time, and what of it reaches a threshold; None without a score that has one in the span."""
    name = next((known for known in (_RATIO, _SHARE) if known in scores.names), "")
    if not name:
        return None
    times, values = _shown(scores, name, span)
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    ratio = name == _RATIO
    scale = Scale(low=_FLOOR if ratio else 0.0, high=max(3.0, 1.5 * float(known.max())) if ratio else 1.0, log=ratio)
    at = threshold if threshold is not None else 1.0 if ratio else 0.5
    above = (one.time_range for one in spans_above(scores, at, name))
    return ScoreDrawing(
        line=Line(name=name, path=path(times, scale.heights(values), span)),
        levels=tuple(scale.levels()),
        y=scale.height(at),
        threshold=at,
        low=scale.low,
        high=scale.high,
        above=tuple(shade(part, span) for part in above if part.overlaps(span)),
        samples=_samples(times, values, span, scale),
        name="score / threshold" if ratio else name,
    )


def _shown(scores: ScoreSeries, name: str, span: TimeRange) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return the times and values of a score that are drawn."""
    column = scores.values[:, scores.names.index(name)].astype(np.float64)
    step = float(np.median(np.diff(scores.times) / np.timedelta64(1, "s"))) if scores.times.size > 1 else 1.0
    times, values = thinned(scores.times, column[:, None], span, width=step, most=MOST_POINTS)
    return times, values[:, 0]


def _samples(
    times: NDArray[np.datetime64], values: NDArray[np.float64], span: TimeRange, scale: Scale
) -> Mapping[str, object]:
    known = np.isfinite(values)
    seconds = (times[known] - to_datetime64(span.start)) / np.timedelta64(1, "s")
    return {
        "length": span.duration.total_seconds(),
        "log": scale.log,
        "low": scale.low,
        "high": scale.high,
        "seconds": np.round(seconds, 1).tolist(),
        "scores": [float(f"{one:.4g}") for one in values[known]],
    }
