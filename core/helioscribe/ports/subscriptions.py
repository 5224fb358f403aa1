"""Where subscriptions are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from helioscribe.domain.subscription import DeadLetter, Subscription

__all__ = ["SubscriptionStore"]


class SubscriptionStore(Protocol):
    """Subscriptions by id. Every method raises `UnavailableError` if the database does not answer."""

    def add(self, subscription: Subscription) -> None:
        """Keep a new subscription. Raises `ConflictError` if there is one of this name."""

    def get(self, subscription_id: str) -> Subscription:
        """Return a subscription. Raises `NotFoundError`."""

    def all(self) -> list[Subscription]:
        """Return all, by name."""

    def claim(self, subscription_id: str, *, now: datetime, until: datetime) -> bool:
        """Whether this process may deliver now; if so, no other may before `until`, unless it is saved earlier."""

    def save(self, subscription: Subscription) -> None:
        """Write how far a subscription is. Raises `NotFoundError`."""

    def remove(self, subscription_id: str) -> None:
        """Forget a subscription and its dead letters. Raises `NotFoundError`."""

    def bury(self, letter: DeadLetter) -> None:
        """Put a change aside that could not be delivered; the same one again only changes error and time."""

    def dead_letters(self, subscription_id: str) -> list[DeadLetter]:
        """Return what was put aside, oldest change first."""
