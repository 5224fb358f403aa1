"""A light curve with its events, and the score that decided: where everything lies in a drawing for a page.

Along time, places are percents of the width; lines are paths in a box of 1000 by 100 that the page stretches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.event import Event
from helioscribe.domain.product import LightCurve
from helioscribe.domain.threshold import spans_above
from helioscribe.domain.times import TimeRange, from_datetime64, to_datetime64
from helioscribe.runtime.plots.light_curve import clock, short_band
from helioscribe.runtime.plots.thinning import thinned
from helioscribe.web.drawings.axis import Tick, cut, ticks

__all__ = ["CurveDrawing", "Level", "Line", "ScoreDrawing", "Shade", "draw_curve", "draw_score"]

_MOST_POINTS = 700
_FLOOR = 0.03
"""Least score, in thresholds, that is shown: below it is noise."""

_RATIO, _SHARE = "score", "probability"
"""The column that counts in thresholds, and the one that lies between 0 and 1; others have no threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One band, or a score."""

    name: str
    """Of the band."""

    path: str
    """In a box of 1000 by 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A round value."""

    y: float
    """From the top [percent]."""

    label: str
    """As a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A span behind the lines."""

    x: float
    """Left end [percent]."""

    width: float
    """Percent."""

    event: Event | None = None
    """What it stands for; None for what is not trusted or reaches a threshold."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveDrawing:
    """A drawing."""

    span: TimeRange
    """UTC at the observer."""

    bands: tuple[Line, ...]
    """From low to high energies."""

    levels: tuple[Level, ...]
    """Round rates."""

    unit: str
    """Of the rates."""

    clock: str
    """Whose times these are."""

    ticks: tuple[Tick, ...]
    """From left to right."""

    shades: tuple[Shade, ...]
    """Events."""

    missing: tuple[Shade, ...]
    """Where samples may not be trusted."""

    score: ScoreDrawing | None
    """None if no detector left one."""


def draw_curve(
    curve: LightCurve,
    span: TimeRange,
    *,
    events: Sequence[Event] = (),
    scores: ScoreSeries | None = None,
    threshold: float | None = None,
) -> CurveDrawing:
    """Draw what a light curve shows.

    Parameters
    ----------
    curve
        What to draw.
    span
        What to show, UTC at the observer.
    events
        To shade; their times at the Earth are moved back to the observer's.
    scores
        Of the detector.
    threshold
        For the scores; the detector's by default.
    """
    rates = np.where((curve.rates > 0) & curve.good[:, None], curve.rates, np.nan)
    width = float(np.median(curve.exposure))
    times, shown = thinned(curve.times, rates, span, width=width, most=_MOST_POINTS)
    low, high = _ends(shown)
    delay = timedelta(seconds=-(curve.light_travel_time or 0.0))
    seen = [(event.time_range.shifted(delay), event) for event in events]
    return CurveDrawing(
        span=span,
        bands=tuple(
            Line(name=short_band(name), path=_path(times, _heights(shown[:, band], low, high), span))
            for band, name in enumerate(curve.band_names)
        ),
        levels=tuple(_decades(low, high)),
        unit="counts/s" if curve.unit == "ct" else "W/m²" if curve.unit == "W / m2" else curve.unit,
        clock=clock(curve),
        ticks=ticks(span),
        shades=tuple(_shade(part, span, event) for part, event in seen if part.overlaps(span)),
        missing=tuple(_untrusted(curve, span)),
        score=draw_score(scores, span, threshold=threshold) if scores is not None else None,
    )


def draw_score(scores: ScoreSeries, span: TimeRange, *, threshold: float | None = None) -> ScoreDrawing | None:
    """Draw a score over time, and what of it reaches a threshold; None without a score that has one in the span."""
    name = next((known for known in (_RATIO, _SHARE) if known in scores.names), "")
    if not name:
        return None
    column = scores.values[:, scores.names.index(name)].astype(np.float64)
    step = float(np.median(np.diff(scores.times) / np.timedelta64(1, "s"))) if scores.times.size > 1 else 1.0
    times, shown = thinned(scores.times, column[:, None], span, width=step, most=_MOST_POINTS)
    known = shown[np.isfinite(shown)]
    if not known.size:
        return None
    ratio = name == _RATIO
    low, high = (_FLOOR, max(3.0, 1.5 * float(known.max()))) if ratio else (0.0, 1.0)
    at = threshold if threshold is not None else 1.0 if ratio else 0.5
    heights = _heights(shown[:, 0], low, high) if ratio else 100 * (1 - (shown[:, 0] - low) / (high - low))
    above = (one.time_range for one in spans_above(scores, at, name))
    return ScoreDrawing(
        line=Line(name=name, path=_path(times, heights, span)),
        levels=tuple(_decades(low, high)) if ratio else (Level(y=50.0, label="0.5"),),
        y=round(float(np.clip(_heights(np.array([at]), low, high)[0] if ratio else 100 * (1 - at / high), 0, 100)), 2),
        threshold=at,
        low=low,
        high=high,
        above=tuple(_shade(part, span) for part in above if part.overlaps(span)),
        samples=_samples(times, shown[:, 0], span, ratio=ratio, low=low, high=high),
        name="score / threshold" if ratio else name,
    )


def _samples(
    times: NDArray[np.datetime64], values: NDArray[np.float64], span: TimeRange, *, ratio: bool, low: float, high: float
) -> Mapping[str, object]:
    known = np.isfinite(values)
    seconds = (times[known] - to_datetime64(span.start)) / np.timedelta64(1, "s")
    return {
        "length": span.duration.total_seconds(), "log": ratio, "low": low, "high": high,
        "seconds": np.round(seconds, 1).tolist(), "scores": [float(f"{one:.4g}") for one in values[known]],
    }  # fmt: skip


def _ends(shown: NDArray[np.float64]) -> tuple[float, float]:
    known = shown[np.isfinite(shown)]
    if not known.size:
        return 1.0, 10.0
    low, high = float(np.quantile(known, 0.001)), float(known.max())
    return low / 1.6, max(high * 1.6, low * 4)  # at least a little range on a quiet day


def _heights(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return places from the top [percent] on a logarithmic scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: NDArray[np.float64] = np.log(np.maximum(values, low) / low) / np.log(high / low)
    return 100 * (1 - shares)


def _path(times: NDArray[np.datetime64], heights: NDArray[np.float64], span: TimeRange) -> str:
    seconds = (times - to_datetime64(span.start)) / np.timedelta64(1, "s")
    along = 1000 * seconds / max(span.duration.total_seconds(), 1.0)
    parts, pen = [], "M"
    for x, y in zip(along, heights, strict=True):
        if np.isfinite(y):
            parts.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def _decades(low: float, high: float) -> Iterator[Level]:
    for power in range(ceil(log10(low)), floor(log10(high)) + 1):
        (y,) = _heights(np.array([10.0**power]), low, high)
        yield Level(y=round(float(y), 2), label=f"{10.0**power:g}" if -3 < power < 5 else f"1e{power}")


def _shade(part: TimeRange, span: TimeRange, event: Event | None = None) -> Shade:
    x, width = cut(part, span, 0.2)
    return Shade(x=x, width=width, event=event)


def _untrusted(curve: LightCurve, span: TimeRange) -> Iterator[Shade]:
    bad = np.flatnonzero(~curve.good)
    for part in np.split(bad, np.flatnonzero(np.diff(bad) > 1) + 1) if bad.size else ():
        stretch = TimeRange(start=from_datetime64(curve.times[part[0]]), end=from_datetime64(curve.times[part[-1]]))
        if stretch.overlaps(span):
            yield _shade(stretch, span)
