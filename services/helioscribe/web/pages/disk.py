"""The Sun at a moment: events where the Earth sees them by then, before an image of that time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request, Response

from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.times import TimeRange, format_utc, parse_utc, utc_now
from helioscribe.ports.catalogue import EventQuery
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.disk import Frame, draw_disk, frame_of
from helioscribe.web.pixels import background_picture
from helioscribe.web.products import product_of
from helioscribe.web.rendering import render, shown

__all__ = ["routes"]

_MOST, _ROWS = 150, 40
_TRIED = 8  # images near in time, of which the first that can be drawn is
_WINDOWS = {1: "1 hour", 6: "6 hours", 24: "1 day", 72: "3 days"}
_YEARS = range(1600, 2301)  # before nobody drew the Sun, and its place is not told for long after
_STEPS = (-24, -6, -1, 1, 6, 24)
_PLACED = Condition.parse("noposition=false")
_KNOWN = frozenset({"time", "window", "type", "background"})


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page and its background by path."""
    pages = _Disk(backend)
    return {"/disk": pages.disk, "/observations/{observation_id}/disk.png": pages.background}


@dataclass(frozen=True, slots=True)
class _Disk:
    backend: Backend

    def disk(self, request: Request) -> Response:
        asked = _Asked.of(dict(request.query_params), self._newest)
        found = list(self.backend.catalogue.search(asked.query))
        images = self._images(asked.span)
        shown, frame = self._behind(images, asked)
        placed = [one for one in found if not one.noposition]
        return render(
            "disk.html",
            disk=draw_disk(found, asked.moment),
            asked=asked,
            windows=_WINDOWS,
            steps=_STEPS,
            images=images,
            shown=shown,
            frame=frame,
            kinds=_kinds(placed),
            placed=placed[:_ROWS],
            crowded=len(found) == _MOST,
            newest=asked.url(time=""),
        )

    def background(self, observation_id: str) -> Response:
        found = self.backend.catalogue.observation(observation_id)
        return shown(background_picture(self.backend.artifacts, found), seconds=3600)

    def _behind(self, images: Sequence[Observation], asked: _Asked) -> tuple[Observation | None, Frame | None]:
        """Return the image that was asked for, or the nearest that shows the disk, and where it lies in the drawing."""
        if asked.background == "none":
            return None, None
        named = [one for one in images if one.id == asked.background]
        disks = (one for one in images if not one.channel.endswith("keV"))  # X-ray maps are noise but for a source
        near = sorted(disks, key=lambda one: abs(one.time_range.start - asked.moment))[:_TRIED]
        for one in named or near:
            if frame := frame_of(product_of(self.backend.artifacts, one)):
                return one, frame
        return next(iter(named), None), None

    def _newest(self, kinds: tuple[str, ...]) -> datetime:
        """Return when the last event with a place began, or now."""
        query = EventQuery(event_types=kinds, conditions=(_PLACED,), descending=True, limit=1)
        return next((event.event_starttime for event in self.backend.catalogue.search(query)), utc_now())

    def _images(self, span: TimeRange) -> list[Observation]:
        found = self.backend.catalogue.observations(time_range=span)
        return [one for one in found if one.product_kind == "solar_image"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a visitor wants to see."""

    moment: datetime
    window: int
    type: str
    background: str

    @classmethod
    def of(cls, parameters: dict[str, str], newest: Callable[[tuple[str, ...]], datetime]) -> _Asked:
        if unknown := sorted(set(parameters) - _KNOWN):
            raise InvalidInputError(f"no setting {unknown[0][:40]!r}; there are {', '.join(sorted(_KNOWN))}")
        window = parameters.get("window", "") or "24"
        if not (window.isdigit() and int(window) in _WINDOWS):
            known = ", ".join(map(str, _WINDOWS))
            raise InvalidInputError(f"window: expected one of {known} hours, got {window[:20]!r}")
        code = parameters.get("type", "").upper()
        if code and code not in EVENT_CLASSES:
            raise InvalidInputError(f"type: expected one of {', '.join(EVENT_CLASSES)}, got {code[:20]!r}")
        text = parameters.get("time", "").strip()
        moment = parse_utc(text) if text else newest((code,) if code else ())
        if moment.year not in _YEARS:
            raise InvalidInputError(f"time: expected a year from {_YEARS[0]} to {_YEARS[-1]}, got {moment.year}")
        return cls(moment=moment, window=int(window), type=code, background=parameters.get("background", ""))

    @property
    def span(self) -> TimeRange:
        half = timedelta(hours=self.window) / 2
        return TimeRange(start=self.moment - half, end=self.moment + half)

    @property
    def query(self) -> EventQuery:
        kinds = (self.type,) if self.type else ()
        return EventQuery(time_range=self.span, event_types=kinds, limit=_MOST, descending=True)

    def url(self, *, hours: int = 0, **changes: str) -> str:
        values = {
            "time": format_utc(self.moment + timedelta(hours=hours))[:19],
            "window": str(self.window),
            "type": self.type,
            "background": self.background,
        } | changes
        return "/disk?" + "&".join(f"{name}={value}" for name, value in values.items() if value)


def _kinds(events: Sequence[Event]) -> dict[str, int]:
    codes = [event.event_type for event in events]
    return {code: codes.count(code) for code in sorted(set(codes))}
