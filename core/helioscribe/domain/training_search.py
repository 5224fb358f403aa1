"""Searches for the best settings of a training. Each combination of settings is a training job of its own."""

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
    """The settings."""

    job_id: str = ""
    """Id of the training job; empty before it is submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPlan:
    """Which combinations of settings to try, and how to compare them. The same plan is the same search.

    Raises
    ------
    InvalidInputError
        If there are no combinations or more than 10000, or the direction is unknown.
    """

    order: TrainingOrder
    """The order that all jobs have in common."""

    cells: tuple[SearchCell, ...]
    """The combinations of settings."""

    score: str = "validation_loss"
    """Column of the training history by which they are compared, each at its best epoch."""

    direction: str = "lower"
    """Which values of the score are better: ``lower`` or ``higher``."""

    def __post_init__(self) -> None:
        if not 0 < len(self.cells) <= _MOST:
            raise InvalidInputError(f"search: expected 1 to {_MOST} cells, got {len(self.cells)}")
        if self.direction not in {"lower", "higher"}:
            raise InvalidInputError(f"search: direction: expected lower or higher, got {self.direction!r}")

    @property
    def id(self) -> str:
        """Id made from everything but the ids of the jobs."""
        order = self.order
        return content_id(
            "search",
            detector=order.detector,
            options=dict(order.options),
            dataset=order.dataset,
            device=order.device,
            cells=[dict(cell.options) for cell in self.cells],
            score=self.score,
            direction=self.direction,
        )
