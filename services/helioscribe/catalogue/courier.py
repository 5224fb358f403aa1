"""Posts changes of events to subscribers: signed, repeated after failures, and in the end as dead letters."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Self

from helioscribe.catalogue.outgoing import post
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.event import hek_record
from helioscribe.domain.subscription import ATTEMPTS, DeadLetter, Subscription
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.ports.catalogue import Catalogue, Revision
from helioscribe.ports.subscriptions import SubscriptionStore

__all__ = ["Courier", "signature"]

_log = logging.getLogger(__name__)
_CLAIM = timedelta(minutes=10)
_PORTION, _AT_ONCE = 100, 8

Post = Callable[[str, bytes, Mapping[str, str]], int]


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the signature of a post: HMAC-SHA256 of time and body, as hexadecimal digits."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Delivers each change at least once and in order. It may run in several processes at the same time."""

    catalogue: Catalogue
    """Catalogue whose changes are delivered."""

    subscriptions: SubscriptionStore | None
    """The subscriptions; None if this process has no access to them."""

    post: Post
    """Sends a post and returns the HTTP status."""

    clock: Callable[[], datetime] = utc_now
    """Returns the time, UTC."""

    turn: float = 20.0
    """Time spent on one subscription before the next one [s], so that slow receivers do not hold up others."""

    @classmethod
    def of(cls, catalogue: Catalogue, subscriptions: SubscriptionStore | None, *, inside: bool = False) -> Self:
        """Return a courier that posts by HTTP, with `inside` also to addresses in private networks."""
        return cls(catalogue=catalogue, subscriptions=subscriptions, post=partial(post, inside=inside))

    def tick(self) -> int:
        """Deliver all changes that are due and return their number. Errors are logged; the next call tries again."""
        if self.subscriptions is None:
            return 0
        try:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="courier") as pool:
                return sum(pool.map(partial(self._deliver, self.subscriptions), self.subscriptions.all()))
        except HelioscribeError as error:
            _log.warning("courier: %s", error.message)
            return 0

    def _deliver(self, store: SubscriptionStore, one: Subscription) -> int:
        now = self.clock()
        due = one.active and (one.not_before is None or one.not_before <= now)
        if not due or not self.catalogue.watch(cursor=one.cursor, limit=1):
            return 0
        return self._serve(store, store.get(one.id)) if store.claim(one.id, now=now, until=now + _CLAIM) else 0

    def _serve(self, store: SubscriptionStore, one: Subscription) -> int:
        sent, end = 0, time.monotonic() + self.turn
        for change in self.catalogue.watch(cursor=one.cursor, limit=_PORTION):
            if one.wants(change.event):
                error, gone = self._delivered(one, change)
                if error and not self._put_aside(store, one, change, error):
                    one = replace(one.failed(self.clock(), error), active=not gone)
                    break
                sent += not error
            one = one.settled(change.cursor)
            if time.monotonic() > end:
                break
        else:
            one = replace(one, not_before=None)
        store.save(one)
        return sent

    def _put_aside(self, store: SubscriptionStore, one: Subscription, change: Revision, error: str) -> bool:
        if one.attempts + 1 < ATTEMPTS:
            return False
        letter = DeadLetter(
            subscription_id=one.id, cursor=change.cursor, event_id=change.event.id, error=error, at=self.clock()
        )
        store.bury(letter)
        _log.warning("subscription %s: change %d put aside: %s", one.name, change.cursor, error)
        return True

    def _delivered(self, one: Subscription, change: Revision) -> tuple[str, bool]:
        """Return why a delivery failed, empty if it succeeded, and whether the receiver says that it is gone."""
        body = json.dumps(_message(one, change), ensure_ascii=False).encode()
        moment = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "helioscribe",
            "Helioscribe-Delivery": f"{one.id}:{change.cursor}",
            "Helioscribe-Signature": f"t={moment},v1={signature(one.secret, moment, body)}",
        }
        try:
            status = self.post(one.url, body, headers)
        except OSError as error:
            return f"{type(error).__name__}: {error}", False
        if 200 <= status < 300:
            return "", False
        return f"status {status}", status == HTTPStatus.GONE


def _message(one: Subscription, change: Revision) -> dict[str, Any]:
    return {
        "subscription": one.name,
        "cursor": change.cursor,
        "at": format_utc(change.at),
        "reason": change.reason,
        "event": hek_record(change.event),
    }
