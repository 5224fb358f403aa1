"""Events in the format that Helioviewer reads from providers: classes, methods below them, and marks on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request

from helioscribe.domain.coordinates import Position
from helioscribe.domain.ephemeris import earth
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event, hek_record
from helioscribe.domain.hek.places import Seen, mean_place, seen_from_earth
from helioscribe.domain.query import EventQuery
from helioscribe.domain.rotation import apparent, projected, rotation_rate
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.runtime.wording import strength
from helioscribe.web.backend import Backend

__all__ = ["helioviewer"]

_MOST = 5000
_LONGEST = timedelta(days=60)


def helioviewer(backend: Backend) -> APIRouter:
    """Return ``/helioviewer/events``."""
    router = APIRouter()
    router.get("/helioviewer/events")(_Answers(backend).events)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    backend: Backend

    def events(self, request: Request, start: str, end: str, observation: str = "") -> list[dict[str, Any]]:
        """Events of a span, their marks turned with the Sun to the time of the observation that they are drawn on."""
        span = TimeRange(start=parse_utc(start, name="start"), end=parse_utc(end, name="end"))
        if span.duration > _LONGEST:
            raise InvalidInputError(f"expected at most {_LONGEST.days} days from start to end")
        at = parse_utc(observation, name="observation") if observation else span.start + span.duration / 2
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        events = list(self.backend.catalogue.search(EventQuery(time_range=span, limit=_MOST + 1)))
        if len(events) > _MOST:  # the format has no word for more
            raise InvalidInputError(f"more than {_MOST} events; expected a shorter time")
        for event, mark in zip(events, _marks(events, at), strict=True):
            if mark:
                entry = self._entry(event, mark, str(request.base_url))
                found.setdefault(event.event_type, {}).setdefault(_method(event), []).append(entry)
        return [
            {"name": _plural(code), "pin": code, "groups": list(_groups(methods))}
            for code, methods in sorted(found.items())
        ]

    def _entry(self, event: Event, mark: tuple[float, float], base: str) -> dict[str, Any]:
        label = strength(event) or str(event.attributes.get("ar_mtwilsoncls", "")) or EVENT_CLASSES[event.event_type]
        record = {name: value for name, value in hek_record(event).items() if value not in (None, "")}
        return {
            "id": event.id,
            "label": label,
            "short_label": label,
            "version": event.frm_versionnumber,
            "type": event.event_type,
            "start": _text(event.event_starttime),
            "end": _text(event.event_endtime),
            "hv_hpc_x": round(mark[0], 3),
            "hv_hpc_y": round(mark[1], 3),
            "source": record,
            "views": [{"name": EVENT_CLASSES[event.event_type], "content": record, "tabgroup": 1}],
            "link": {"url": self.backend.page_of(event.id, base), "text": "Event in the catalogue"},
            "title": f"{EVENT_CLASSES[event.event_type]} by {event.frm_name}",
        }


def _marks(events: Sequence[Event], at: datetime) -> list[tuple[float, float] | None]:
    """Return where to draw events [arcsec]; the centre for those without a place, None for those behind the limb."""
    placed = [event for event in events if not event.noposition]
    places = iter(seen_from_earth(placed, [[mean_place(event)] for event in placed]))
    return [(0.0, 0.0) if event.noposition else _mark(event, next(places), at) for event in events]


def _mark(event: Event, places: Seen, at: datetime) -> tuple[float, float] | None:
    (ground,), (sky,), later = places["hgs"], places["hpc"], at - event.event_starttime
    seen: Position | None = None
    if sky is not None:
        seen = apparent(Position(tx=sky[0], ty=sky[1]), earth(event.event_starttime), earth(at), later)
    elif ground is not None:  # behind the limb when it began
        seen = projected(ground[0] + rotation_rate(ground[1]) * (later / timedelta(days=1)), ground[1], earth(at))
    return (seen.tx, seen.ty) if seen else None


def _groups(methods: dict[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for name, entries in sorted(methods.items()):
        first = entries[0]["source"]
        yield {"name": name, "contact": first.get("frm_contact", ""), "url": first.get("frm_url", ""), "data": entries}


def _method(event: Event) -> str:
    version = "" if event.frm_versionnumber is None else f" {event.frm_versionnumber:g}"
    return f"{event.frm_name}{version}"


def _plural(code: str) -> str:
    name = EVENT_CLASSES[code]
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
