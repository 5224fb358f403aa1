"""Which events lie within which: HEK's ``type=contains``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.places import Pair, box_ring, mean_place, outer_ring, seen_from_earth
from helioscribe.domain.hek.row import edge_row
from helioscribe.domain.query import EventQuery
from helioscribe.ports.catalogue import Catalogue
from helioscribe.web.hek.request import HekRequest

__all__ = ["contained"]

_TOLERANCE = timedelta(hours=8)
_MOST = 1000


def contained(catalogue: Catalogue, request: HekRequest, *, authority: str) -> tuple[list[Event], list[dict[str, Any]]]:
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
    places = [middle for (middle,) in _on_surface(inner, [[mean_place(event)] for event in inner])]
    rings = _on_surface(outer, [outer_ring(event) or box_ring(event) for event in outer])
    edges = [
        (one, around)
        for one, place in zip(inner, places, strict=True)
        for around, ring in zip(outer, rings, strict=True)
        if one.id != around.id and _near(one, around) and _inside(place, ring)
    ]
    events = {event.id: event for edge in edges for event in edge}
    return list(events.values()), [edge_row(around, one, "contains", authority=authority) for one, around in edges]


def _codes(text: str) -> tuple[str, ...]:
    return () if text == "**" else tuple(text.split(","))


def _some(catalogue: Catalogue, query: EventQuery) -> list[Event]:
    found = list(catalogue.search(query))
    if len(found) > _MOST:
        raise InvalidInputError(f"type=contains: more than {_MOST} events to compare; expected a shorter time")
    return [event for event in found if not event.noposition]


def _near(one: Event, around: Event) -> bool:
    apart = max(one.event_starttime - around.event_endtime, around.event_starttime - one.event_endtime)
    return apart <= _TOLERANCE


def _on_surface(events: Sequence[Event], places: Sequence[Sequence[Pair]]) -> list[list[Pair]]:
    return [[place for place in seen["hgc"] if place] for seen in seen_from_earth(events, places)]


def _inside(place: Pair, ring: Sequence[Pair]) -> bool:
    # A ray to the north crosses the ring an odd number of times; longitudes are taken as seen from the place.
    inside, x = False, [(longitude - place[0] + 180) % 360 - 180 for longitude, _ in ring]
    for number, (here, (_, north)) in enumerate(zip(x, ring, strict=True)):
        before, south = x[number - 1], ring[number - 1][1]
        if (here > 0) != (before > 0) and abs(here - before) < 180:
            inside ^= south + (north - south) * (0 - before) / (here - before) > place[1]
    return inside
