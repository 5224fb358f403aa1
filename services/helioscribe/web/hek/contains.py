"""Which events lie within which: HEK's ``type=contains``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.places import Pair, seen_from_earth, vertices
from helioscribe.domain.hek.row import edge_row
from helioscribe.domain.query import EventQuery
from helioscribe.ports.catalogue import Catalogue
from helioscribe.web.hek.request import HekRequest

__all__ = ["contained"]

_TOLERANCE = timedelta(hours=8)
_MOST = 1000


def contained(
    catalogue: Catalogue, request: HekRequest, *, authority: str
) -> tuple[list[Event], list[dict[str, Any]]]:
    """Return events of the first class that lie within events of the second, those too, and which lies in which.

    As HEK does it, the mean location of the one is compared with the outline of the other in Carrington coordinates,
    which the surface keeps, if the two are no more than eight hours apart.

    Raises
    ------
    InvalidInputError
        If there are too many events to compare.
    """
    first, *others = request.contained_types
    query = replace(request.query, limit=_MOST + 1)
    inner = _some(catalogue, replace(query, event_types=_codes(first)))
    outer = _some(catalogue, replace(query, event_types=_codes(others[0]) if others else query.event_types))
    edges = [(one, around) for one in inner for around in outer if one.id != around.id and _within(one, around)]
    events = {event.id: event for edge in edges for event in edge}
    return list(events.values()), [edge_row(around, one, "contains", authority=authority) for one, around in edges]


def _codes(text: str) -> tuple[str, ...]:
    return () if text == "**" else tuple(text.split(","))


def _some(catalogue: Catalogue, query: EventQuery) -> list[Event]:
    found = [event for event in catalogue.search(query) if not event.noposition]
    if len(found) > _MOST:
        raise InvalidInputError(f"type=contains: more than {_MOST} events to compare; expected a shorter time")
    return found


def _within(one: Event, around: Event) -> bool:
    apart = max(one.event_starttime - around.event_endtime, around.event_starttime - one.event_endtime)
    if apart > _TOLERANCE:
        return False
    place = next(_on_surface(one, [(one.event_coord1, one.event_coord2)]), None)
    ring = list(_on_surface(around, _outline(around)))
    return place is not None and _inside(place, ring)


def _outline(event: Event) -> Sequence[Pair]:
    chain = vertices(str(event.attributes.get("bound_chaincode", "")))
    low, high = (event.boundbox_c1ll, event.boundbox_c2ll), (event.boundbox_c1ur, event.boundbox_c2ur)
    return chain or [low, (high[0], low[1]), high, (low[0], high[1])]


def _on_surface(event: Event, places: Sequence[Pair]) -> Iterator[Pair]:
    for place in places:
        seen = seen_from_earth(event.event_coordsys, event.event_coordunit, place, event.event_starttime)
        if found := seen["hgc"]:
            yield found


def _inside(place: Pair, ring: Sequence[Pair]) -> bool:
    # A ray to the north crosses the ring an odd number of times; longitudes are taken as seen from the place.
    inside, x = False, [(longitude - place[0] + 180) % 360 - 180 for longitude, _ in ring]
    for number, (here, (_, north)) in enumerate(zip(x, ring, strict=True)):
        before, south = x[number - 1], ring[number - 1][1]
        if (here > 0) != (before > 0) and abs(here - before) < 180:
            inside ^= south + (north - south) * (0 - before) / (here - before) > place[1]
    return inside
