"""Who wants to hear of changes in the catalogue, and how far they have heard."""

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
"""Deliveries of one change before it is put aside."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # version 4 behind a translator (RFC 6052)
_LONGEST = 2000
_NAME = re.compile(r"[\w .:@-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A web address that is told of every change of the events that a query asks for.

    Raises
    ------
    InvalidInputError
        If the address is none of the web, or carries a password; it would be shown to whoever lists subscriptions.
    """

    name: str
    """What its owner calls it; one subscription a name."""

    url: str
    """Where to post."""

    secret: str
    """Signs what is posted."""

    query: EventQuery
    """Which events; their state, limit and page do not matter: a withdrawn event is told too."""

    cursor: int = 0
    """Of the last change that is settled."""

    attempts: int = 0
    """Failed deliveries of the next one."""

    not_before: datetime | None = None
    """When to try next; None at once."""

    error: str = ""
    """Why the last delivery failed."""

    active: bool = True
    """Whether it is told at all; its receiver may say that it is gone."""

    by: str = ""
    """Whose it is: the owner of the token with which it was made; empty for the operator."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInputError(f"subscription {self.name[:40]!r}: expected a name of at most 100 plain characters")
        parts = _parts(self.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise InvalidInputError("subscription: expected an http: or https: address without a password in it")

    @property
    def id(self) -> str:
        """Follows from the name."""
        return content_id("sub", name=self.name)

    def wants(self, event: Event) -> bool:
        """Whether a change of this event is told."""
        return replace(self.query, statuses=()).holds(event)

    def settled(self, cursor: int) -> Self:
        """Return the subscription after everything up to a change is delivered, put aside, or not wanted."""
        return replace(self, cursor=cursor, attempts=0, not_before=None, error="")

    def failed(self, now: datetime, error: str) -> Self:
        """Return the subscription after a delivery that failed: the pause doubles each time."""
        pause = min(_FIRST_PAUSE * 2**self.attempts, _LONGEST_PAUSE)
        return replace(self, attempts=self.attempts + 1, not_before=now + pause, error=error[:500])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A change that could not be delivered."""

    subscription_id: str
    """To whom."""

    cursor: int
    """Which change: replay from before it to try again."""

    event_id: str
    """Of which event."""

    error: str
    """Why not."""

    at: datetime
    """When it was put aside, UTC."""


def is_inside(host: str) -> bool:
    """Return whether an address, or the host of a URL, is none of the public internet's; of names only ``localhost``.

    Addresses of version 4 that are wrapped in ones of version 6 are judged as what they are.
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
