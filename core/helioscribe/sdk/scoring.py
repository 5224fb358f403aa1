"""What a program may add to `TrainingProgram`, so that the host measures more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

__all__ = ["Scoring"]


@runtime_checkable
class Scoring(Protocol):
    """A program whose network says how likely something is."""

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return labels and scores of a batch, as tensors of the same shape.

        A label is 1 or 0, or negative where nobody knows; a score is a probability. With them the host follows F1 and
        AUC over the epochs, and may choose the best epoch by them.
        """

