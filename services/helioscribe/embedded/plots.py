"""Quick looks, drawn without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.event import Event
from helioscribe.domain.product import LightCurve

__all__ = ["draw_light_curve"]

# Okabe & Ito's colours, which colour-blind readers tell apart too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MOST_POINTS = 8000


def draw_light_curve(curve: LightCurve, events: Sequence[Event], path: Path, *, title: str = "") -> Path:
    """Draw all bands of a light curve and shade its events.

    Parameters
    ----------
    curve
        What to draw; times are UTC at the observer.
    events
        What to shade, by the observer's times.
    path
        Where to write; the ending says the format.
    title
        Above the plot.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    times, rates = _thinned(curve)
    for band, name in enumerate(curve.band_names):
        axes.plot(
            times,
            rates[:, band],
            lw=0.8,
            color=_COLOURS[band % len(_COLOURS)],
            label=_short(name),
            drawstyle="steps-mid",
        )
    _shade(axes, curve, events)
    _dress(axes, curve, title, len(events))
    figure.savefig(path, dpi=130)
    return path


def _thinned(curve: LightCurve) -> tuple[Any, Any]:
    # A maximum over neighbours keeps every peak that a wide plot can show.
    rates = np.where(curve.rates > 0, curve.rates, np.nan)
    step = max(1, curve.times.size // _MOST_POINTS)
    if step == 1:
        return curve.times, rates
    whole = curve.times.size // step * step
    with np.errstate(all="ignore"):
        peaks = np.fmax.reduce(rates[:whole].reshape(-1, step, rates.shape[1]), axis=1)
    return curve.times[:whole:step], peaks


def _short(name: str) -> str:
    low, _, rest = name.removesuffix(" keV").partition("-")
    return f"{float(low):.3g}-{float(rest):.3g} keV"


def _shade(axes: Any, curve: LightCurve, events: Sequence[Event]) -> None:
    delay = timedelta(seconds=curve.light_travel_time or 0.0)
    for event in events:
        start, end = event.event_starttime - delay, event.event_endtime - delay
        axes.axvspan(start.replace(tzinfo=None), end.replace(tzinfo=None), color="#F0E442", alpha=0.35, lw=0)
        if event.event_peaktime is not None:
            peak = (event.event_peaktime - delay).replace(tzinfo=None)
            axes.axvline(peak, color="0.25", lw=0.7, ls=":")
        label = event.attributes.get("fl_goescls")
        if label and event.event_peaktime is not None:
            axes.annotate(
                str(label), (peak, 0.98), xycoords=("data", "axes fraction"), ha="left", va="top", fontsize=8,
                xytext=(2, 0), textcoords="offset points",
            )  # fmt: skip


def _dress(axes: Any, curve: LightCurve, title: str, events: int) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    axes.set_yscale("log")
    if curve.unit == "ct":
        axes.set_ylabel("count rate [count/s]")
    else:
        axes.set_ylabel(f"irradiance [{curve.unit.replace('m2', 'm$^2$')}]")
    where = "the Earth" if curve.observer is not None and curve.observer.name == "earth" else curve.observatory
    axes.set_xlabel(f"UTC at {where}")
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.margins(x=0)
    axes.grid(alpha=0.25, lw=0.5)
    axes.legend(loc="upper right", ncols=len(curve.band_names), fontsize=8, frameon=True)
    found = f"{events} event{'' if events == 1 else 's'}"
    axes.set_title(f"{curve.observatory}/{curve.instrument}  {title}  ({found})", fontsize=10, loc="left")
