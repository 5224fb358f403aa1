"""What all plots share: colours, time axes, saving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import to_datetime64

__all__ = ["ANOMALY", "BANDS", "EVENT", "legend_above", "new_figure", "save", "shade", "utc_axis", "with_gaps"]

BANDS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
"""Okabe and Ito's colours, which colour-blind people can tell apart, one a band."""

ANOMALY = "#D00000"
"""Marks of anomalous samples."""

EVENT = "#F0E442"
"""Shade of detected flares."""


def new_figure(width: float, height: float, **subplots: Any) -> tuple[Any, Any]:
    """Return a figure of so many inches that no display knows of, and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**subplots)


def legend_above(axes: Any, columns: int) -> None:
    """Put the legend above the right end of the axes, where it hides no data."""
    place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.2}
    axes.legend(**place, ncols=columns, fontsize=9, frameon=False)


def save(figure: Any, folder: Path, name: str, formats: Sequence[str], dpi: int) -> list[Path]:
    """Write a figure in each format."""
    paths = [folder / f"{name}.{suffix}" for suffix in formats]
    for path in paths:
        figure.savefig(path, dpi=dpi)
    return paths


def utc_axis(axes: Any, curve: LightCurve) -> None:
    """Label a time axis with UTC at the observer."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    half = (curve.exposure[[0, -1]] * 5e8).astype("timedelta64[ns]")
    axes.set_xlim(curve.times[0] - half[0], curve.times[-1] + half[1])
    days = dict.fromkeys(str(curve.times[end])[:10] for end in (0, -1))
    axes.set_xlabel(f"{' to '.join(days)}, UTC at {curve.observatory}")


def shade(axes: Any, detections: Sequence[Detection]) -> None:
    """Shade the flares."""
    for detection in detections:
        span = detection.time_range
        axes.axvspan(to_datetime64(span.start), to_datetime64(span.end), color=EVENT, alpha=0.45, lw=0)


def with_gaps(curve: LightCurve, values: NDArray[Any]) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return times and values with NaN in gaps, so that no line is drawn across them."""
    if curve.times.size == 1:
        return curve.times, values.astype(np.float64)
    step = np.diff(curve.times) / np.timedelta64(1, "s")
    after = np.flatnonzero(step > 3.0 * np.maximum(curve.exposure[1:], np.median(step))) + 1
    times = np.insert(curve.times, after, curve.times[after - 1] + np.timedelta64(1, "ns"))
    return times, np.insert(values.astype(np.float64), after, np.nan)
