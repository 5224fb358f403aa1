"""Plots without a time series: correlation of the bands, anomalies by time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import to_datetime64
from helioscribe_stix_lstm.plots._common import ANOMALY, BANDS, legend_above, new_figure, utc_axis

__all__ = ["correlation", "draw_correlation", "draw_distribution"]

BINS = 24


def correlation(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the correlation of the columns, shape (band, band); NaN for a column that does not vary."""
    known = np.isfinite(values).all(axis=1)
    if known.sum() < 3:  # two points always lie on a line
        return np.full((values.shape[1], values.shape[1]), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.atleast_2d(np.corrcoef(values[known], rowvar=False))


def draw_correlation(curve: LightCurve, significance: NDArray[Any], anomalous: NDArray[np.bool_]) -> Any:
    """Return a figure of how the bands vary together, in quiet samples and in anomalous ones."""
    figure, axes = new_figure(11, 5.2, ncols=2)
    for panel, chosen, title in ((axes[0], ~anomalous, "quiet"), (axes[1], anomalous, "anomalous")):
        table = correlation(np.arcsinh(significance[chosen]))
        image = panel.imshow(table, cmap="RdBu_r", vmin=-1, vmax=1)
        for (row, column), value in np.ndenumerate(table):
            text = f"{value:.2f}" if np.isfinite(value) else "-"
            colour = "w" if abs(value) > 0.6 else "k"  # legible on dark cells
            panel.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
        ticks = range(len(curve.band_names))
        panel.set_xticks(ticks, curve.band_names, rotation=30, ha="right")
        panel.set_yticks(ticks, curve.band_names)
        panel.set_title(f"{int(chosen.sum())} {title} samples")
    figure.colorbar(image, ax=axes, label="correlation of the excess", shrink=0.85)
    figure.suptitle(f"{curve.instrument} correlation between energy bands")
    return figure


def draw_distribution(curve: LightCurve, anomalous: NDArray[np.bool_], detections: Sequence[Detection]) -> Any:
    """Return a figure of when anomalous samples and flares occur."""
    figure, axes = new_figure(15, 4)
    edges = np.linspace(0.0, float((curve.times[-1] - curve.times[0]) / np.timedelta64(1, "s")) + 1.0, BINS + 1)
    moments = curve.times[0] + (edges * 1e9).astype("timedelta64[ns]")
    seconds = (curve.times[anomalous] - curve.times[0]) / np.timedelta64(1, "s")
    number = np.histogram(seconds, edges)[0]
    bounds = moments.astype("datetime64[us]").astype(object)
    axes.stairs(number, bounds, fill=True, color=BANDS[0], label="anomalous samples")
    for index, detection in enumerate(detections):
        peak = to_datetime64(detection.peak_time or detection.time_range.start)
        axes.axvline(peak, color=ANOMALY, lw=1.0, alpha=0.8, label="flare peaks" if index == 0 else None)
    axes.set_ylabel(f"samples in {edges[1] / 60:.0f} min")
    axes.set_ylim(0, max(1.0, 1.15 * float(number.max())))
    legend_above(axes, 2)
    axes.set_title(f"{int(anomalous.sum())} anomalous samples, {len(detections)} flares", loc="left")
    utc_axis(axes, curve)
    return figure
