"""The model registry: cards, and which version serves."""

from __future__ import annotations

from typing import Protocol

from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.model import Alias, AliasChange, ModelCard

__all__ = ["ModelRegistry"]


class ModelRegistry(Protocol):
    """Cards by name and version; aliases with an append-only history. Weights lie in the artifact store."""

    def register(self, card: ModelCard) -> None:
        """Add a card; the same card twice changes nothing. Raises `ConflictError` for another card of that version."""

    def card(self, name: str, version: str) -> ModelCard:
        """Return a card. Raises `NotFoundError`."""

    def cards(self, name: str | None = None) -> list[ModelCard]:
        """Return cards by name and time of creation."""

    def aliases(self, name: str) -> dict[Alias, str]:
        """Return who has which role; empty for an unknown model."""

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """Return the card that has a role. Raises `NotFoundError` if none has."""

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
        """Give a version a role. Raises `NotFoundError` for an unknown version.

        A champion that takes the place of another must pass the model's benchmark, if there is one: see
        `domain.benchmark.pass_gate`, whose errors this raises. The figures go into the history with the reason.
        """

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """Give the role back to the version that had it before. Raises `ConflictError` if there was none."""

    def sidelined(self) -> dict[str, frozenset[str]]:
        """Return for every model with a history the versions whose findings do not count; see `domain.model`."""

    def fix_benchmark(self, benchmark: Benchmark) -> None:
        """Fix what versions are measured on; earlier ones are kept, the last one counts."""

    def benchmark(self, name: str) -> Benchmark | None:
        """Return the benchmark of a model; None if nobody has fixed one."""

    def add_measurement(self, measurement: Measurement) -> None:
        """Keep how good a version is; a version is measured once on a benchmark. Raises `NotFoundError`."""

    def measurements(self, name: str) -> list[Measurement]:
        """Return all measurements of a model's versions, by time."""

    def history(self, name: str) -> list[AliasChange]:
        """Return all changes, oldest first."""
