"""Which events belong together, as rows of HEK's ``association``."""

from __future__ import annotations

from collections.abc import Sequence

from helioscribe.domain.event import Event
from helioscribe.domain.happening import group_happenings
from helioscribe.domain.hek.row import edge_row
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.relations import edges, ties_of

__all__ = ["associations"]


def associations(catalogue: Catalogue, events: Sequence[Event], *, authority: str) -> list[dict[str, str]]:
    """Return what people say of these events, and what brings records of one happening among them together."""
    known = {event.id: event for event in events}
    kind = "is_associated_with"
    alike = [
        edge_row(known[one.first], known[one.second], kind, authority=authority, strength=f"{one.score:.3f}")
        for happening in group_happenings(events)
        for one in happening.links
    ]
    return edges(ties_of(catalogue, events), events, authority=authority) + alike
