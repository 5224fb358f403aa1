"""Plots over time: light curves, score, energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import LightCurve
from helioscribe_stix_lstm.plots._common import ANOMALY, BANDS, legend_above, new_figure, shade, utc_axis, with_gaps

__all__ = ["draw_energy", "draw_light_curves", "draw_score"]

MOST_CELLS = 2000
"""Columns of an energy plot; a finer series is averaged."""


def draw_light_curves(
    curve: LightCurve, background: NDArray[Any], flagged: NDArray[np.bool_], detections: Sequence[Detection]
) -> Any:
    """Return a figure with the rate in each band, its background, the samples flagged there, and flares."""
    bands = len(curve.band_names)
    figure, axes = new_figure(15, 2.3 * bands + 0.8, nrows=bands, sharex=True, squeeze=False)
    rates = curve.rates
    for band, panel in enumerate(axes[:, 0]):
        shade(panel, detections)
        panel.plot(*with_gaps(curve, rates[:, band]), color=BANDS[band], lw=0.7, label=curve.band_names[band])
        panel.plot(*with_gaps(curve, background[:, band] / 4.0), color="0.25", lw=1.0, ls="--", label="background")
        marked = flagged[:, band]
        panel.plot(curve.times[marked], rates[marked, band], "x", color=ANOMALY, ms=3, mew=0.6, label="anomalous")
        if (np.nan_to_num(rates[:, band]) > 0).any():
            panel.set_yscale("log")
        panel.set_ylabel("count/s")
        legend_above(panel, 3)
    utc_axis(axes[-1, 0], curve)
    noun = "flare" if len(detections) == 1 else "flares"
    figure.suptitle(f"{curve.instrument} light curves: {len(detections)} {noun} (shaded)")
    return figure


def draw_score(curve: LightCurve, score: NDArray[Any], limit: float, detections: Sequence[Detection]) -> Any:
    """Return a figure with the prediction error over time, its threshold and the samples above it."""
    figure, axes = new_figure(15, 4)
    anomalous = np.nan_to_num(score) >= limit
    shade(axes, detections)
    axes.plot(*with_gaps(curve, np.maximum(score, 1e-2)), color=BANDS[0], lw=0.8, label="prediction error")
    axes.axhline(limit, color="k", ls="--", lw=1.2, label=f"threshold {limit:.2f}")
    axes.plot(curve.times[anomalous], score[anomalous], "x", color=ANOMALY, ms=4, mew=0.8, label="anomalous")
    axes.set_yscale("log")
    axes.set_ylim(1e-2, max(10.0, 2.0 * float(np.nanmax(score, initial=1.0))))
    axes.set_ylabel("prediction error [standard deviations]")
    legend_above(axes, 3)
    title = f"{int(anomalous.sum())} anomalous of {score.size} samples, {len(detections)} flares (shaded)"
    axes.set_title(title, loc="left")
    utc_axis(axes, curve)
    return figure


def draw_energy(curve: LightCurve) -> Any:
    """Return a figure of count rate density over time and energy."""
    from matplotlib.colors import LogNorm

    figure, axes = new_figure(15, 4.5)
    times, density = _coarse(curve)
    edges = np.append(curve.energies[:, 0], curve.energies[-1, 1])
    positive = density[np.isfinite(density) & (density > 0)]
    low, high = (np.quantile(positive, [0.001, 0.9999])) if positive.size else (0.1, 1.0)
    mesh = axes.pcolormesh(
        times, edges, np.ma.masked_invalid(density).T, cmap="magma", norm=LogNorm(low, max(high, 1.01 * low))
    )
    mesh.set_rasterized(True)
    axes.set_yscale("log")
    axes.set_yticks(edges, [f"{edge:g}" for edge in edges])
    axes.minorticks_off()
    axes.set_ylabel("energy [keV]")
    axes.set_title(f"{curve.instrument} energy and time")
    utc_axis(axes, curve)
    figure.colorbar(mesh, ax=axes, label="count/s/keV", pad=0.01)
    return figure


def _coarse(curve: LightCurve) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Edges in time and rate density on an even grid of at most `MOST_CELLS`; NaN where there is no sample."""
    begin = curve.times[0] - np.timedelta64(int(curve.exposure[0] * 5e8), "ns")
    seconds = (curve.times - begin) / np.timedelta64(1, "s")
    length = float(seconds[-1] + curve.exposure[-1] / 2)
    width = max(length / MOST_CELLS, float(np.max(curve.exposure)))
    cells = max(1, int(np.ceil(length / width)))
    index = np.minimum((seconds / width).astype(np.int64), cells - 1)
    known = np.isfinite(curve.rates).all(axis=1)
    number = np.bincount(index[known], minlength=cells)
    density = curve.rates / np.diff(curve.energies, axis=1)[:, 0]
    sums = [np.bincount(index[known], column[known], minlength=cells) for column in density.T]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.stack(sums, axis=1) / number[:, None]
    edges = begin + (np.arange(cells + 1) * width * 1e9).astype("timedelta64[ns]")
    return edges, mean
