"""Training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._bands import NATIVE
from helioscribe_stix_lstm._grid import CADENCE
from helioscribe_stix_lstm.plots._common import BANDS, EVENT, new_figure, save

__all__ = ["draw_history", "draw_sample"]

_NOT_LOSSES = ("epoch", "seconds", "cpu_seconds", "learning_rate")


def draw_history(history: Sequence[Mapping[str, float]], folder: Path) -> list[Path]:
    """Draw each part of the loss over the epochs, training and validation in one panel.

    Parameters
    ----------
    history
        One mapping an epoch, with names such as ``train_loss``, ``validation_flare``.
    folder
        Where to write ``training_curves.png``.
    """
    names = [name for name in (history[0] if history else ()) if name not in _NOT_LOSSES]
    trained = {_part(name) for name in names if name.startswith("train_")}
    names = [name for name in names if _part(name) in trained]  # what is only measured is in the host's report
    parts = sorted(trained) or ["loss"]
    figure, axes = new_figure(4.2 * len(parts), 3.8, ncols=len(parts), squeeze=False)
    epochs = range(1, len(history) + 1)
    for panel, part in zip(axes[0], parts, strict=True):
        for index, name in enumerate(name for name in names if _part(name) == part):
            panel.plot(epochs, [row[name] for row in history], "o-", color=BANDS[index % len(BANDS)], ms=3, label=name)
        panel.set_title(part)
        panel.set_xlabel("epoch")
        panel.legend(fontsize=8)
    axes[0, 0].set_ylabel("loss (negative log-likelihood)")
    return save(figure, folder, "training_curves", ("png",), 120)


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


def _part(name: str) -> str:
    for prefix in ("train_", "validation_", "valid_", "val_"):
        name = name.removeprefix(prefix)
    return name
