"""Curves of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["draw_history"]


def draw_history(history: Sequence[Mapping[str, float]], folder: Path) -> list[Path]:
    """Draw the loss of both parts over the epochs into ``training_curves.png``."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    epochs = [row["epoch"] for row in history]
    for part, colour in (("train", "#0072B2"), ("validation", "#E69F00")):
        axes.plot(epochs, [row[f"{part}_loss"] for row in history], color=colour, label=part)
    axes.set_xlabel("epoch")
    axes.set_ylabel("error on hidden patches / variance")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    path = folder / "training_curves.png"
    figure.savefig(path, dpi=110)
    return [path]
