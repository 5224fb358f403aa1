"""Adding, listing and removing webhook subscriptions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import DeadLetter, Subscription, is_inside
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.subscriptions import SubscriptionStore
from helioscribe.runtime.auth import speaks_for_others, who

__all__ = ["StoredSubscriptions", "owner"]

_MOST = 50
"""Largest number of subscriptions of one owner."""


def owner(by: str = "") -> str:
    """Return the owner of the token; or `by`, for services and administrators, and if there are no tokens."""
    return by if speaks_for_others() else who()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubscriptions:
    """`SubscriptionDesk` on top of a database."""

    store: SubscriptionStore
    """Store of subscriptions."""

    catalogue: Catalogue
    """Catalogue whose changes are sent."""

    inside: bool = False
    """Whether receivers may be in private networks."""

    def subscribe(
        self, name: str, url: str, query: EventQuery, *, after: int | None = None, by: str = ""
    ) -> Subscription:
        """See `SubscriptionDesk.subscribe`."""
        cursor = self.catalogue.newest_cursor() if after is None else after
        secret = secrets.token_urlsafe(32)
        if by and len(self.subscriptions(by=by)) >= _MOST:
            raise InvalidInputError(f"subscription: {by} has {_MOST} of them; remove one first")
        made = Subscription(name=name, url=url, secret=secret, query=query, cursor=cursor, by=by)
        host = urlsplit(url).hostname or ""
        if not self.inside and is_inside(host):
            raise InvalidInputError(f"subscription: {host} lies in a private network; expected a public address")
        self.store.add(made)
        return made

    def subscriptions(self, *, by: str = "") -> list[Subscription]:
        """See `SubscriptionDesk.subscriptions`."""
        return [replace(one, secret="") for one in self.store.all() if by in ("", one.by)]

    def letters(self, name: str, *, by: str = "") -> list[DeadLetter]:
        """See `SubscriptionDesk.letters`."""
        return self.store.dead_letters(self._named(name, by).id)

    def replay(self, name: str, *, after: int, by: str = "") -> None:
        """See `SubscriptionDesk.replay`."""
        one = self._named(name, by)
        self.store.save(replace(one.settled(after), active=True))

    def unsubscribe(self, name: str, *, by: str = "") -> None:
        """See `SubscriptionDesk.unsubscribe`."""
        self.store.remove(self._named(name, by).id)

    def _named(self, name: str, by: str) -> Subscription:
        for one in self.store.all():
            if one.name == name and by in ("", one.by):
                return one
        raise NotFoundError(f"no subscription {name[:40]!r}")
