"""Columns derived from events for fast searches: place, class of duration, strength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprints
from helioscribe.domain.query import strength_of
from helioscribe.domain.reach import reach_of

__all__ = ["SEARCH_COLUMNS", "search_values"]

_NOWHERE: Final = (None,) * len(Extent._fields)

SEARCH_COLUMNS: Final = (
    "reach",
    "goes_class",
    "noaa",
    "hgs_meridian",
    *(f"{frame}_{edge}" for frame in ("hpc", "hgs") for edge in Extent._fields),
)
"""Names of the derived columns."""


def search_values(events: Sequence[Event]) -> Iterator[tuple[Any, ...]]:
    """Yield the values of `SEARCH_COLUMNS` of each event."""
    for event, place in zip(events, footprints(events), strict=True):
        reach = reach_of(event.event_endtime - event.event_starttime)
        seen, surface = place.seen or _NOWHERE, place.surface or _NOWHERE
        yield (reach, strength_of(event), _noaa(event), place.meridian, *seen, *surface)


def _noaa(event: Event) -> int | None:
    number = event.attributes.get("ar_noaanum")
    if number is None:
        return None
    text = str(number).removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 10 else None
