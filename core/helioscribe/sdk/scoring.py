"""Optional protocols of a training program: the host measures or shows more if a program has these methods too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

__all__ = ["Deciding", "Scoring", "Showing"]


@runtime_checkable
class Scoring(Protocol):
    """A program whose network gives probabilities, which the host then measures at every epoch."""

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the labels and the scores of a batch as two tensors of the same shape.

        A label is 1 or 0, or negative where it is unknown; a score is a probability. From them the host computes F1 and
        AUC at every epoch. A recipe may choose the best epoch by them, and the report draws their curves.
        """


@runtime_checkable
class Deciding(Scoring, Protocol):
    """A scoring program whose threshold the host chooses, as the recipe's table ``[threshold]`` says."""

    decides: str
    """Name of the detector's parameter that holds the threshold."""


@runtime_checkable
class Showing(Protocol):
    """A program that can draw a sample, for the report."""

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return one sample as the bytes of a PNG or GIF. Its arrays come without the axis of samples."""
