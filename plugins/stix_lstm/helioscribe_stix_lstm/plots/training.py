"""Training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from helioscribe_stix_lstm.plots._common import BANDS, new_figure, save

__all__ = ["draw_history"]

_NOT_LOSSES = ("epoch", "seconds", "learning_rate")


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


def _part(name: str) -> str:
    for prefix in ("train_", "validation_", "valid_", "val_"):
        name = name.removeprefix(prefix)
    return name
