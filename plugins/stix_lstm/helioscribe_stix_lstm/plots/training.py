"""What the network learns from, as pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._bands import NATIVE
from helioscribe_stix_lstm._grid import CADENCE
from helioscribe_stix_lstm.plots._common import BANDS, EVENT, new_figure

__all__ = ["draw_sample"]


def draw_sample(x: NDArray[np.float32], label: NDArray[np.float32], weight: NDArray[np.float32]) -> bytes:
    """Return a sequence as the network sees it, as a PNG; flares are shaded, and what nobody asks about is hatched.

    Parameters
    ----------
    x
        Features, shape (t, 9): bands in standard deviations above the background first.
    label
        1 in flares, shape (t,).
    weight
        0 where the truth is undecided or nothing was measured, shape (t,).
    """
    figure, axes = new_figure(3.6, 2.2)
    minutes = np.arange(len(x)) * CADENCE / 60.0
    for band in range(NATIVE):
        axes.plot(minutes, x[:, band], color=BANDS[band], lw=0.9)
    for chosen, style in (
        ((label > 0.5) & (weight > 0), {"color": EVENT, "alpha": 0.5, "lw": 0}),
        (weight == 0, {"facecolor": "none", "edgecolor": "#999999", "hatch": "////", "lw": 0}),
    ):
        _shaded(axes, minutes, chosen, style)
    axes.set(xlabel="minutes", ylabel="excess [σ]", xlim=(0, minutes[-1]))
    axes.tick_params(labelsize=7)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def _shaded(axes: Any, minutes: NDArray[np.floating], chosen: NDArray[np.bool_], style: dict[str, Any]) -> None:
    low, high = axes.get_ylim()
    axes.fill_between(minutes, low, high, where=chosen, step="mid", **style)
    axes.set_ylim(low, high)
