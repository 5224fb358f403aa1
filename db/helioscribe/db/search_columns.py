"""What is written beside an event so that it can be found: where it lies, how long it lasts, how strong it is."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprint
from helioscribe.domain.query import strength_of
from helioscribe.domain.reach import reach_of

__all__ = ["SEARCH_COLUMNS", "search_values"]

_EDGES: Final = ("x", "y", "x1", "y1", "x2", "y2")
_edges: Final = attrgetter(*_EDGES)
_NOWHERE: Final = (None,) * len(_EDGES)

SEARCH_COLUMNS: Final = (
    "reach", "goes_class", "noaa", "hgs_meridian", *(f"{frame}_{edge}" for frame in ("hpc", "hgs") for edge in _EDGES)
)  # fmt: skip
"""Names of the columns that an event is found by."""


def search_values(event: Event) -> tuple[Any, ...]:
    """Return the values of `SEARCH_COLUMNS`."""
    place = footprint(event)
    reach = reach_of(event.event_endtime - event.event_starttime)
    derived = (reach, strength_of(event), _noaa(event), place.meridian)
    return *derived, *_around(place.seen), *_around(place.surface)


def _noaa(event: Event) -> int | None:
    text = str(event.attributes.get("ar_noaanum", "")).removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _around(extent: Extent | None) -> tuple[float | None, ...]:
    return _NOWHERE if extent is None else _edges(extent)
