"""Colours of plots, for light and for dark pages; Okabe and Ito's, which colour-blind readers tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["DARK", "LIGHT", "Palette"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What is drawn in which colour."""

    paper: str
    """Background."""

    ink: str
    """Text, axes and marks."""

    grid: str
    """Lines behind the data."""

    bands: tuple[str, ...]
    """One a band, then again from the first."""

    event: str
    """Shade of events."""

    event_alpha: float
    """Its strength, 0 to 1."""

    alarm: str
    """Thresholds."""

    bad: str
    """Where samples may not be trusted."""

    attenuator: str
    """Where the attenuator was in."""

    def settings(self) -> dict[str, Any]:
        """Return matplotlib's settings."""
        edges = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.titlecolor")
        return dict.fromkeys(edges, self.ink) | {
            "figure.facecolor": self.paper,
            "axes.facecolor": self.paper,
            "savefig.facecolor": self.paper,
            "axes.edgecolor": self.grid,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 11,
            "axes.labelsize": 10,
            "legend.fontsize": 9,
            "legend.frameon": False,
            "legend.handlelength": 1.2,
            "legend.columnspacing": 1.4,
            "font.family": "DejaVu Sans",
            "svg.hashsalt": "helioscribe",
        }


LIGHT = Palette(
    paper="#ffffff",
    ink="#22262b",
    grid="#dcdfe3",
    bands=("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"),
    event="#F0E442",
    event_alpha=0.4,
    alarm="#C23B00",
    bad="#8a8f98",
    attenuator="#5b6169",
)
"""For paper and light pages."""

DARK = Palette(
    paper="#14171c",
    ink="#d9dde3",
    grid="#333941",
    bands=("#4FA8DC", "#E69F00", "#1FBF92", "#DB97BC", "#9AD4F5", "#F08A4B"),
    event="#F0E442",
    event_alpha=0.18,
    alarm="#FF8A5C",
    bad="#8a8f98",
    attenuator="#9aa1ab",
)
"""For dark pages."""
