"""What is written beside an event so that it can be found: where it lies, how long it lasts, how strong it is."""

from __future__ import annotations

from typing import Any

from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprint
from helioscribe.domain.query import strength_of
from helioscribe.domain.reach import reach_of

__all__ = ["search_values"]


def search_values(event: Event) -> dict[str, Any]:
    """Return the values of the columns that an event is found by."""
    place = footprint(event)
    return {
        "reach": reach_of(event.event_endtime - event.event_starttime),
        "goes_class": strength_of(event),
        "noaa": _noaa(event),
        "hgs_meridian": place.meridian,
        **_edges("hpc", place.seen),
        **_edges("hgs", place.surface),
    }


def _noaa(event: Event) -> int | None:
    text = str(event.attributes.get("ar_noaanum", "")).removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _edges(frame: str, extent: Extent | None) -> dict[str, float | None]:
    names = ("x", "y", "x1", "y1", "x2", "y2")
    return {f"{frame}_{name}": getattr(extent, name) if extent else None for name in names}
