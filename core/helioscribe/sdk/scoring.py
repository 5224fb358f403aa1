"""What a program may add to `TrainingProgram`, so that the host measures and draws more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from helioscribe.sdk.training import Arrays

__all__ = ["Drawing", "Scoring"]


@runtime_checkable
class Scoring(Protocol):
    """A program whose network says how likely something is."""

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return labels and scores of a batch, as tensors of the same shape.

        A label is 1 or 0, or negative where nobody knows; a score is a probability. With them the host follows F1 and
        AUC over the epochs, tunes the threshold, checks the calibration and draws the report.
        """


@runtime_checkable
class Drawing(Protocol):
    """A program that shows its samples."""

    def frames(self, sample: Arrays) -> NDArray[Any]:
        """Return the pictures of one sample as uint8, shape (t, y, x); one frame for an image."""
