"""Webhook subscriptions: their store, and the operations of their owners."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import DeadLetter, Subscription

__all__ = ["SubscriptionDesk", "SubscriptionStore"]


class SubscriptionStore(Protocol):
    """Subscriptions by id. Every method raises `UnavailableError` if the database does not answer."""

    def add(self, subscription: Subscription) -> None:
        """Store a new subscription. Raises `ConflictError` if there is one with this name."""

    def get(self, subscription_id: str) -> Subscription:
        """Return a subscription. Raises `NotFoundError`."""

    def all(self) -> list[Subscription]:
        """Return all subscriptions, sorted by name."""

    def claim(self, subscription_id: str, *, now: datetime, until: datetime) -> bool:
        """Reserve a subscription for this process until a time or until it is saved; False if another has it."""

    def save(self, subscription: Subscription) -> None:
        """Write a changed subscription. Raises `NotFoundError`."""

    def remove(self, subscription_id: str) -> None:
        """Delete a subscription and its dead letters. Raises `NotFoundError`."""

    def bury(self, letter: DeadLetter) -> None:
        """Store a dead letter; for the same change again, only error and time are updated."""

    def dead_letters(self, subscription_id: str) -> list[DeadLetter]:
        """Return the dead letters of a subscription, oldest change first."""


class SubscriptionDesk(Protocol):
    """The operations of owners of subscriptions.

    `by` is the owner: only his subscriptions are seen and changed; with an empty `by`, all are. Every method raises
    `UnavailableError` if the database or server does not answer, and `NotFoundError` for a subscription that does not
    exist or belongs to somebody else.
    """

    def subscribe(
        self, name: str, url: str, query: EventQuery, *, after: int | None = None, by: str = ""
    ) -> Subscription:
        """Post future changes, or all after a cursor, to a web address; return the subscription.

        Only this time the subscription contains the secret that signs the posts. Raises `ConflictError` if there is one
        with this name, and `InvalidInputError` if the address is malformed or in a network that is not allowed.
        """

    def subscriptions(self, *, by: str = "") -> list[Subscription]:
        """Return subscriptions sorted by name, without their secrets."""

    def letters(self, name: str, *, by: str = "") -> list[DeadLetter]:
        """Return the dead letters of a subscription, oldest first."""

    def replay(self, name: str, *, after: int, by: str = "") -> None:
        """Post all changes after a cursor again, even if the receiver had said that it is gone."""

    def unsubscribe(self, name: str, *, by: str = "") -> None:
        """Delete a subscription and its dead letters."""
