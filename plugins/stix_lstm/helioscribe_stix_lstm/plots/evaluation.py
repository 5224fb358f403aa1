"""Found flares beside listed ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.product import LightCurve
from helioscribe_stix_lstm.plots._common import ANOMALY, BANDS, legend_above, new_figure, shade, utc_axis, with_gaps

__all__ = ["draw_evaluation"]


def draw_evaluation(curve: LightCurve, result: DetectionResult, peaks: NDArray[np.datetime64]) -> Any:
    """Return a figure of the light curves and the score, with found flares shaded and listed peaks marked."""
    figure, (upper, lower) = new_figure(16, 7, nrows=2, sharex=True, height_ratios=(3, 1))
    for panel in (upper, lower):
        shade(panel, result.detections)
    for band, name in enumerate(curve.band_names):
        upper.plot(*with_gaps(curve, curve.rates[:, band]), color=BANDS[band], lw=0.6, label=name)
    upper.set_yscale("log")
    upper.set_ylabel("count/s")
    if peaks.size:
        height = np.full(peaks.size, 0.97)
        upper.plot(peaks, height, "v", color=ANOMALY, ms=8, transform=upper.get_xaxis_transform(), label="listed peak")
    legend_above(upper, 6)
    if result.scores is not None:
        score = np.maximum(result.scores.values[:, result.scores.names.index("score")], 1e-2)
        lower.plot(*with_gaps(curve, score), color="k", lw=0.6)
    lower.axhline(1.0, color=ANOMALY, ls="--", lw=1)
    lower.set_yscale("log")
    lower.set_ylabel("score / threshold")
    upper.set_title(f"{len(result.detections)} flares found (shaded), {peaks.size} listed", loc="left")
    utc_axis(lower, curve)
    return figure
