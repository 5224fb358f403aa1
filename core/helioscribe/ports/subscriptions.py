"""Webhook subscriptions: where they are kept, and how their owners handle them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import DeadLetter, Subscription

__all__ = ["SubscriptionDesk", "SubscriptionStore"]


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


class SubscriptionDesk(Protocol):
    """Where owners handle what is theirs.

    Who asks names himself with `by`: he sees and changes his own subscriptions. Nobody in particular, an empty `by`,
    sees and changes all. Every method raises `UnavailableError` if the database or server does not answer, and
    `NotFoundError` for a subscription that is not there, or not his.
    """

    def subscribe(
        self, name: str, url: str, query: EventQuery, *, after: int | None = None, by: str = ""
    ) -> Subscription:
        """Tell a web address of the changes that come, or of those after a cursor; return the subscription.

        The answer has the secret that signs what is posted, this once. Raises `ConflictError` if there is one of this
        name, and `InvalidInputError` for an address that is none, or lies in a network that may not be told.
        """

    def subscriptions(self, *, by: str = "") -> list[Subscription]:
        """Return who is told and how far, by name, without secrets."""

    def letters(self, name: str, *, by: str = "") -> list[DeadLetter]:
        """Return the changes that could not be told, oldest first."""

    def replay(self, name: str, *, after: int, by: str = "") -> None:
        """Tell everything after a cursor again, also to a receiver that was gone."""

    def unsubscribe(self, name: str, *, by: str = "") -> None:
        """Tell nothing any more, and forget what could not be told."""
