"""The model registry: model cards, and the roles of versions."""

from __future__ import annotations

from typing import Protocol

from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.model import Alias, AliasChange, ModelCard

__all__ = ["ModelRegistry"]


class ModelRegistry(Protocol):
    """Model cards by name and version, and the history of roles. The weights are in the artifact store."""

    def register(self, card: ModelCard) -> None:
        """Add a card. Raises `ConflictError` if there is another card of the same version."""

    def card(self, name: str, version: str) -> ModelCard:
        """Return a card. Raises `NotFoundError`."""

    def cards(self, name: str | None = None) -> list[ModelCard]:
        """Return cards in order of name and creation, those of one model if it is named."""

    def aliases(self, name: str) -> dict[Alias, str]:
        """Return the versions that have a role, by role; empty for an unknown model."""

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """Return the card of the version that has a role. Raises `NotFoundError` if none has."""

    def promote(
        self,
        name: str,
        version: str,
        *,
        alias: Alias = Alias.CHAMPION,
        by: str,
        reason: str = "",
        override: bool = False,
    ) -> AliasChange:
        """Give a role to a version. Raises `NotFoundError` for an unknown version.

        `domain.roles.promotion` says what is changed. A version that replaces a champion must pass the model's
        benchmark, if it has one: see `domain.benchmark.pass_gate`, also for the errors. The values are added to the
        reason in the history.
        """

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """Give a role back to the version that had it before, see `domain.roles.rollback`.

        Raises `ConflictError` if there is none.
        """

    def sidelined(self) -> dict[str, frozenset[str]]:
        """Return for every model the versions whose detections do not count, see `domain.model.sidelined`."""

    def fix_benchmark(self, benchmark: Benchmark) -> None:
        """Set the benchmark of a model; earlier ones are kept, but only the last one is used."""

    def benchmark(self, name: str) -> Benchmark | None:
        """Return the benchmark of a model; None if it has none."""

    def add_measurement(self, measurement: Measurement) -> None:
        """Store the result of a version on a benchmark; only the first one is kept. Raises `NotFoundError`."""

    def measurements(self, name: str) -> list[Measurement]:
        """Return all measurements of a model's versions, in order of time."""

    def history(self, name: str) -> list[AliasChange]:
        """Return all changes of roles of a model, oldest first."""
