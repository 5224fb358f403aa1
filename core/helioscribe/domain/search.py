"""A search for settings: cells of a grid, or samples of a space, each a training job of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id
from helioscribe.domain.training_run import TrainingOrder

__all__ = ["SearchCell", "SearchPlan"]

_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCell:
    """One combination of settings."""

    options: Mapping[str, Any]
    """What it sets."""

    job_id: str = ""
    """The training job that tries it; empty before it is ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPlan:
    """What is tried, and by what it is judged. The same plan is the same search.

    Raises
    ------
    InvalidInputError
        If there is nothing to try, or too much.
    """

    order: TrainingOrder
    """What all cells share."""

    cells: tuple[SearchCell, ...]
    """In the order in which they were made."""

    score: str = "validation_loss"
    """Column of the history by which cells are compared, at its best epoch."""

    direction: str = "lower"
    """Whether ``lower`` or ``higher`` is better."""

    def __post_init__(self) -> None:
        if not 0 < len(self.cells) <= _MOST:
            raise InvalidInputError(f"search: expected 1 to {_MOST} cells, got {len(self.cells)}")
        if self.direction not in {"lower", "higher"}:
            raise InvalidInputError(f"search: direction: expected lower or higher, got {self.direction!r}")

    @property
    def id(self) -> str:
        """Follows from what is tried, not from how far it is."""
        order = self.order
        return content_id(
            "search", detector=order.detector, options=dict(order.options), dataset=order.dataset, device=order.device,
            cells=[dict(cell.options) for cell in self.cells], score=self.score, direction=self.direction,
        )  # fmt: skip
