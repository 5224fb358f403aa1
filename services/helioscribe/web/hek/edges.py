"""Which events belong together, as rows of HEK's ``association``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helioscribe.domain.event import Event
from helioscribe.domain.hek.row import ivorn
from helioscribe.domain.super_event import super_events

__all__ = ["associations", "edge"]


def edge(first: Event, second: Event, kind: str, *, authority: str, strength: str = "") -> dict[str, str]:
    """Return a row that says that one event ``contains``, or ``is_associated_with``, another."""
    return {
        "first_id": first.id,
        "second_id": second.id,
        "first_ivorn": ivorn(first, authority=authority),
        "second_ivorn": ivorn(second, authority=authority),
        "first_event_type": first.event_type,
        "second_event_type": second.event_type,
        "reported_by": "helioscribe",
        "edge_type": kind,
        "strength": strength,
    }


def associations(events: Sequence[Event], *, authority: str) -> list[dict[str, Any]]:
    """Return the rows that bring records of one happening together, as far as they are among these events."""
    known = {event.id: event for event in events}
    kind = "is_associated_with"
    return [
        edge(known[one.first], known[one.second], kind, authority=authority, strength=f"{one.score:.3f}")
        for happening in super_events(events)
        for one in happening.links
    ]
