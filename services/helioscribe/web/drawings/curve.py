"""A light curve with its events, and the score that decided: where everything lies in a drawing for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.event import Event
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.runtime.plots.light_curve import clock, short_band
from helioscribe.runtime.plots.thinning import thinned
from helioscribe.web.drawings.axis import Tick, ticks
from helioscribe.web.drawings.lines import MOST_POINTS, Level, Line, Scale, Shade, path, shade
from helioscribe.web.drawings.score import ScoreDrawing, draw_score

__all__ = ["CurveDrawing", "draw_curve"]

_UNITS = {"ct": "counts/s", "W / m2": "W/m²"}
_GOES = {-8: "A", -7: "B", -6: "C", -5: "M", -4: "X"}
"""Classes of flares by the power of ten of their flux [W m-2] that they begin with."""


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
    times, shown = thinned(curve.times, rates, span, width=width, most=MOST_POINTS)
    scale = _scale(shown)
    delay = timedelta(seconds=-(curve.light_travel_time or 0.0))
    seen = [(event.time_range.shifted(delay), event) for event in events]
    return CurveDrawing(
        span=span,
        bands=tuple(
            Line(name=short_band(name), path=path(times, scale.heights(shown[:, band]), span))
            for band, name in enumerate(curve.band_names)
        ),
        levels=tuple(scale.levels(_GOES if curve.instrument == "XRS" else {})),
        unit=_UNITS.get(curve.unit, curve.unit),
        clock=clock(curve),
        ticks=ticks(span),
        shades=tuple(shade(part, span, event) for part, event in seen if part.overlaps(span)),
        missing=tuple(_untrusted(curve, span)),
        score=draw_score(scores, span, threshold=threshold) if scores is not None else None,
    )


def _scale(shown: NDArray[np.float64]) -> Scale:
    known = shown[np.isfinite(shown)]
    if not known.size:
        return Scale(low=1.0, high=10.0, log=True)
    low, high = float(np.quantile(known, 0.001)), float(known.max())
    return Scale(low=low / 1.6, high=max(high * 1.6, low * 4), log=True)  # some range on a quiet day too


def _untrusted(curve: LightCurve, span: TimeRange) -> Iterator[Shade]:
    bad = np.flatnonzero(~curve.good)
    for part in np.split(bad, np.flatnonzero(np.diff(bad) > 1) + 1) if bad.size else ():
        stretch = TimeRange(start=from_datetime64(curve.times[part[0]]), end=from_datetime64(curve.times[part[-1]]))
        if stretch.overlaps(span):
            yield shade(stretch, span)
