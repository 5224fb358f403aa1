"""What a program may add to `TrainingProgram`, so that the host measures more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

__all__ = ["Deciding", "Scoring", "Showing"]


@runtime_checkable
class Scoring(Protocol):
    """A program whose network says how likely something is."""

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return labels and scores of a batch, as tensors of the same shape.

        A label is 1 or 0, or negative where nobody knows; a score is a probability. With them the host follows F1 and
        AUC over the epochs, may choose the best epoch by them, and draws what they are worth.
        """


@runtime_checkable
class Deciding(Scoring, Protocol):
    """A scoring program that leaves the choice of its threshold to the host and the recipe's ``[threshold]``."""

    decides: str
    """The detector's parameter that scores must reach."""


@runtime_checkable
class Showing(Protocol):
    """A program that can draw its samples."""

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return a PNG or an animated GIF of one sample, given its arrays without the axis of samples."""
