"""Subscriptions in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock

from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.subscription import DeadLetter, Subscription

__all__ = ["MemorySubscriptions"]


class MemorySubscriptions:
    """A `SubscriptionStore` that forgets everything with its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, Subscription] = {}
        self._letters: dict[tuple[str, int], DeadLetter] = {}

    def add(self, subscription: Subscription) -> None:
        """See `SubscriptionStore.add`."""
        with self._lock:
            if subscription.id in self._known:
                raise ConflictError(f"there is a subscription {subscription.name} already")
            self._known[subscription.id] = subscription

    def get(self, subscription_id: str) -> Subscription:
        """See `SubscriptionStore.get`."""
        with self._lock:
            return self._get(subscription_id)

    def all(self) -> list[Subscription]:
        """See `SubscriptionStore.all`."""
        with self._lock:
            return sorted(self._known.values(), key=lambda one: one.name)

    def claim(self, subscription_id: str, *, now: datetime, until: datetime) -> bool:
        """See `SubscriptionStore.claim`."""
        with self._lock:
            one = self._get(subscription_id)
            free = one.active and (one.not_before is None or one.not_before <= now)
            if free:
                self._known[one.id] = replace(one, not_before=until)
            return free

    def save(self, subscription: Subscription) -> None:
        """See `SubscriptionStore.save`."""
        with self._lock:
            self._get(subscription.id)
            self._known[subscription.id] = subscription

    def remove(self, subscription_id: str) -> None:
        """See `SubscriptionStore.remove`."""
        with self._lock:
            self._get(subscription_id)
            del self._known[subscription_id]
            self._letters = {key: one for key, one in self._letters.items() if key[0] != subscription_id}

    def bury(self, letter: DeadLetter) -> None:
        """See `SubscriptionStore.bury`."""
        with self._lock:
            self._letters[letter.subscription_id, letter.cursor] = letter

    def dead_letters(self, subscription_id: str) -> list[DeadLetter]:
        """See `SubscriptionStore.dead_letters`."""
        with self._lock:
            return [one for key, one in sorted(self._letters.items()) if key[0] == subscription_id]

    def _get(self, subscription_id: str) -> Subscription:
        if subscription_id not in self._known:
            raise NotFoundError(f"no subscription {subscription_id}")
        return self._known[subscription_id]
