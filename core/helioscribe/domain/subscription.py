"""Subscriptions: web addresses that are told of changes of events, and how far each has been told."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import SplitResult, urlsplit

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.identity import content_id
from helioscribe.domain.query import EventQuery

__all__ = ["ATTEMPTS", "DeadLetter", "Subscription", "is_inside"]

ATTEMPTS = 8
"""Number of attempts to deliver a change before it becomes a dead letter."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # version 4 behind a translator (RFC 6052)
_LONGEST = 2000
_NAME = re.compile(r"[\w .:@-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A web address to which every change of certain events is posted.

    Raises
    ------
    InvalidInputError
        If the name is malformed, or the address is not ``http:`` or ``https:`` or contains a password, which everyone
        who lists subscriptions would see.
    """

    name: str
    """Name of the subscription; no two have the same."""

    url: str
    """Address to post to."""

    secret: str
    """Secret with which the posts are signed."""

    query: EventQuery
    """Which events. State, limit and page of the query are ignored: retractions are posted too."""

    cursor: int = 0
    """Cursor of the last change that has been delivered, put aside or skipped."""

    attempts: int = 0
    """Number of failed attempts to deliver the next change."""

    not_before: datetime | None = None
    """Earliest time of the next attempt, UTC; None for at once."""

    error: str = ""
    """Why the last attempt failed; empty if it did not."""

    active: bool = True
    """Whether changes are posted. Not any more after the receiver has answered that it is gone."""

    by: str = ""
    """Owner of the subscription, who is the owner of the token; empty for the operator."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInputError(f"subscription {self.name[:40]!r}: expected a name of at most 100 plain characters")
        parts = _parts(self.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise InvalidInputError("subscription: expected an http: or https: address without a password in it")

    @property
    def id(self) -> str:
        """Id made from the name."""
        return content_id("sub", name=self.name)

    def wants(self, event: Event) -> bool:
        """Whether a change of this event is to be posted."""
        return replace(self.query, statuses=()).holds(event)

    def settled(self, cursor: int) -> Self:
        """Return the subscription after all changes up to a cursor have been delivered, put aside or skipped."""
        return replace(self, cursor=cursor, attempts=0, not_before=None, error="")

    def failed(self, now: datetime, error: str) -> Self:
        """Return the subscription after a failed attempt; the pause before the next one doubles each time."""
        pause = min(_FIRST_PAUSE * 2**self.attempts, _LONGEST_PAUSE)
        return replace(self, attempts=self.attempts + 1, not_before=now + pause, error=error[:500])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A change that could not be delivered."""

    subscription_id: str
    """Id of the subscription."""

    cursor: int
    """Cursor of the change. To try again, replay from the cursor before it."""

    event_id: str
    """Id of the event."""

    error: str
    """Why the last attempt failed."""

    at: datetime
    """Time at which it was put aside, UTC."""


def is_inside(host: str) -> bool:
    """Return whether an IP address, or the host of a URL, is not on the public internet.

    IPv4 addresses that are embedded in IPv6 addresses are recognised. Names are not looked up; only ``localhost`` and
    names below it are known to be inside.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = wrapped or address
    return not address.is_global or address.is_multicast


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url if len(url) <= _LONGEST else "")
        _ = parts.port
    except ValueError:
        return None
    return parts
