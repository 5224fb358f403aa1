"""The model registry: cards, and which version serves."""

from __future__ import annotations

from typing import Protocol

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
        self, name: str, version: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = ""
    ) -> AliasChange:
        """Give a version a role. Raises `NotFoundError` for an unknown version."""

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """Give the role back to the version that had it before. Raises `ConflictError` if there was none."""

    def sidelined(self) -> dict[str, frozenset[str]]:
        """Return for every model with a history the versions whose findings do not count; see `domain.model`."""

    def history(self, name: str) -> list[AliasChange]:
        """Return all changes, oldest first."""
