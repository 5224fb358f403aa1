"""Quick looks: light curves with what detectors made of them, drawn without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.event import Event
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.plots.canvas import drawing
from helioscribe.runtime.plots.palette import Palette
from helioscribe.runtime.plots.thinning import thinned

__all__ = ["clock", "draw_light_curve", "short_band"]

_MOST_LABELS = 16
_FLOOR = 0.03
"""Least score, in thresholds, that is shown: below it is noise."""


def draw_light_curve(
    curve: LightCurve,
    target: Path | IO[bytes],
    *,
    events: Sequence[Event] = (),
    scores: ScoreSeries | None = None,
    span: TimeRange | None = None,
    title: str = "",
    form: str | None = None,
    dark: bool = False,
) -> None:
    """Draw all bands of a light curve, its events, and below them the score that decided.

    Parameters
    ----------
    curve
        Light curve to draw.
    target
        File or stream to write to.
    events
        Events to shade; their times at the Earth are moved back to the observer's.
    scores
        Scores of the detector; the column ``score`` is drawn with its threshold, 1, or else all columns.
    span
        Span to show, UTC at the observer; all by default.
    title
        Above the plot.
    form
        ``png``, ``svg`` or ``pdf``; by default what the name of the file says.
    dark
        For a dark page.
    """
    from matplotlib.figure import Figure

    with drawing(dark=dark) as look:
        figure = Figure(figsize=(12, 6.2 if scores is not None else 5), layout="constrained")
        rows = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1)) if scores is not None else [figure.subplots()]
        _draw_bands(rows[0], curve, look, span)
        if scores is not None:
            _draw_scores(rows[1], scores, look, span)
        _dress(rows, curve, span, look)
        seen = _in_view(curve, events, span)
        for number, axes in enumerate(rows):
            _shade(axes, curve, seen, look, labels=number == 0)
            _mark_missing(axes, curve, look)
        rows[0].set_title(_headline(curve, title, seen), loc="left", pad=26)
        figure.savefig(target, format=form, dpi=130)


def _draw_bands(axes: Any, curve: LightCurve, look: Palette, span: TimeRange | None) -> None:
    rates = np.where(curve.rates > 0, curve.rates, np.nan)
    times, shown = thinned(curve.times, _without(rates, ~curve.good), span, width=float(np.median(curve.exposure)))
    for band, name in enumerate(curve.band_names):
        again, colour = divmod(band, len(look.bands))
        axes.plot(
            times, shown[:, band], lw=0.9, ls=":" if again else "-", color=look.bands[colour], label=short_band(name)
        )
    axes.set_yscale("log")
    axes.set_ylabel("count rate [count s$^{-1}$]" if curve.unit == "ct" else f"irradiance [{_unit(curve.unit)}]")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(curve.band_names), borderaxespad=0.3)
    _limits(axes, shown)


def _limits(axes: Any, shown: NDArray[np.float64]) -> None:
    known = shown[np.isfinite(shown)]
    if known.size:
        low, high = float(np.quantile(known, 0.001)), float(known.max())
        room = (high / low) ** 0.1  # a tenth of the axis, in which the names of events stand clear of the curves
        axes.set_ylim(low / 1.6, max(high * max(room, 1.6), low * 4))  # at least a little range on a quiet day


def _draw_scores(axes: Any, scores: ScoreSeries, look: Palette, span: TimeRange | None) -> None:
    named = ["score"] if "score" in scores.names else list(scores.names)
    columns = [scores.names.index(name) for name in named]
    step = float(np.median(np.diff(scores.times) / np.timedelta64(1, "s"))) if scores.times.size > 1 else 1.0
    times, shown = thinned(scores.times, scores.values[:, columns].astype(np.float64), span, width=step)
    for column, name in enumerate(named):
        colour = look.ink if named == ["score"] else look.bands[column % len(look.bands)]
        axes.plot(times, shown[:, column], lw=0.8, color=colour, label=name)
    if named == ["score"]:
        axes.axhline(1.0, color=look.alarm, lw=1.0, ls="--")
        axes.set_yscale("log")
        axes.set_ylim(_FLOOR, max(3.0, 1.5 * float(np.nanmax(shown, initial=0.0))))
    axes.set_ylabel("score / threshold" if named == ["score"] else named[0] if len(named) == 1 else "scores")
    if len(named) > 1:
        axes.legend(loc="upper right", ncols=len(named))


def _without(values: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(where[:, None], np.nan, values)


def _in_view(curve: LightCurve, events: Sequence[Event], span: TimeRange | None) -> list[Event]:
    shown = (span or curve.time_range).shifted(timedelta(seconds=curve.light_travel_time or 0.0))
    return [event for event in events if event.time_range.overlaps(shown)]


def _shade(axes: Any, curve: LightCurve, events: Sequence[Event], look: Palette, *, labels: bool) -> None:
    from matplotlib.dates import date2num

    delay = timedelta(seconds=curve.light_travel_time or 0.0)
    left, right = axes.get_xlim()
    free = left
    for event in sorted(events, key=lambda one: one.event_peaktime or one.event_starttime):
        start, end = _naive(event.event_starttime - delay), _naive(event.event_endtime - delay)
        axes.axvspan(start, end, color=look.event, alpha=look.event_alpha, lw=0)
        if event.event_peaktime is None or not labels:
            continue
        peak = float(date2num(_naive(event.event_peaktime - delay)))
        place = axes.get_xaxis_transform()
        axes.plot([peak], [1.0], "v", color=look.ink, ms=5, transform=place, clip_on=False)
        if (name := event.attributes.get("fl_goescls")) and len(events) <= _MOST_LABELS:
            axes.annotate(
                str(name),
                (peak, 0.985),
                xycoords=place,
                xytext=(3, -3 if peak >= free else -14),  # below the name that it would cover
                textcoords="offset points",
                va="top",
                fontsize=8,
                color=look.ink,
            )
            free = peak + 0.035 * (right - left)


def _mark_missing(axes: Any, curve: LightCurve, look: Palette) -> None:
    """Draw a strip at the bottom where samples may not be trusted, and one where the attenuator was in."""
    place = axes.get_xaxis_transform()
    for where, colour, height in ((~curve.good, look.bad, 1.0), (curve.attenuator > 0, look.attenuator, 0.025)):
        if where.any():
            alpha = 0.25 if height == 1.0 else 1.0
            axes.fill_between(curve.times, 0, height, where=where, transform=place, color=colour, alpha=alpha, lw=0)


def _dress(rows: Sequence[Any], curve: LightCurve, span: TimeRange | None, look: Palette) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    shown = span or curve.time_range
    locator = AutoDateLocator(minticks=4, maxticks=10)
    for axes in rows:
        axes.set_xlim(_naive(shown.start), _naive(shown.end))
        axes.grid(color=look.grid, lw=0.5)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    days = dict.fromkeys(f"{moment:%Y-%m-%d}" for moment in (shown.start, shown.end))
    rows[-1].set_xlabel(f"{' to '.join(days)}, {clock(curve)}")


def clock(curve: LightCurve) -> str:
    """Return whose times a light curve has, in words."""
    if curve.observer is not None and curve.observer.name == "earth":
        return "UTC at the Earth"
    if curve.light_travel_time is None:
        return f"UTC at {curve.observatory}"
    delay = curve.light_travel_time
    order = f"{abs(delay):.0f} s {'later' if delay >= 0 else 'earlier'}"
    return f"UTC at {curve.observatory} (the same light reached the Earth {order})"


def _headline(curve: LightCurve, title: str, events: Sequence[Event]) -> str:
    found = f"{len(events)} event{'' if len(events) == 1 else 's'}"
    return "   ".join(part for part in (f"{curve.observatory} {curve.instrument}", title, found) if part)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def short_band(name: str) -> str:
    """Return a band's name as a legend has room for it."""
    edges = (float(edge) for edge in name.removesuffix(" keV").split("-", 1))
    return "–".join(f"{edge:.3g}" if edge < 1000 else f"{edge:.0f}" for edge in edges) + " keV"


def _unit(unit: str) -> str:
    return "W m$^{-2}$" if unit == "W / m2" else unit
