"""What a visitor asks to see, read from the query of a URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.query import EventQuery, Order, SortKey
from helioscribe.domain.review import Reviewed
from helioscribe.domain.search_region import Frame
from helioscribe.domain.times import TimeRange, format_utc, parse_utc
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.questions import event_query
from helioscribe.runtime.rethreshold import at_threshold

__all__ = ["Filters"]

_MOST = 10_000
_LARGEST = 1e9
_LONGEST = 4000
_YES = ("1", "true", "yes", "on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events to show, as text: what came in is what the form shows again. Of several names, commas between."""

    start: str = ""
    """Earliest time, UTC."""

    end: str = ""
    """Latest time, UTC."""

    contained: str = ""
    """``1``: wholly between start and end."""

    type: str = ""
    """HEK's two letters."""

    detector: str = ""
    """Id of a detector."""

    method: str = ""
    """Name of a method."""

    version: str = ""
    """Version of a method, as a number."""

    instrument: str = ""
    """Name of an instrument."""

    text: str = ""
    """Words in names, classes or descriptions."""

    noaa: str = ""
    """Number of an active region."""

    goes_class: str = ""
    """Least GOES class."""

    min_probability: str = ""
    """Least probability, 0 to 1."""

    box: str = ""
    """``x1,y1,x2,y2`` in the frame."""

    cone: str = ""
    """``x,y,radius`` in the frame."""

    frame: str = ""
    """Of box and cone: helioprojective by default."""

    where: str = ""
    """Conditions on any columns, semicolons between."""

    status: str = ""
    """Open, closed or retracted; the first two by default."""

    reviewed: str = ""
    """By what people said: standing (by default), any, confirmed, relabelled, rejected or unreviewed."""

    threshold: str = ""
    """As this threshold shows the events of one detector, from stored scores."""

    sort: str = ""
    """By what; by start by default."""

    descending: str = ""
    """``1``: the last one first."""

    limit: str = ""
    """Most events."""

    after: str = ""
    """Where the page before ended: sort key and id of its last event."""

    @classmethod
    def described(cls) -> dict[str, Any]:
        """Return the filters as OpenAPI's description of a route has them."""
        text = {"in": "query", "required": False, "schema": {"type": "string"}}
        return {"parameters": [{"name": name} | text for name in cls.__dataclass_fields__]}

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """Read the query of a URL. Raises `InvalidInputError` for a name that is no filter, or too long a value."""
        if unknown := sorted(set(parameters) - set(cls.__dataclass_fields__)):
            known = ", ".join(cls.__dataclass_fields__)
            raise InvalidInputError(f"no filter {unknown[0][:40]!r}; there are {known}")
        if long := next((name for name, text in parameters.items() if len(text) > _LONGEST), None):
            raise InvalidInputError(f"{long}: expected at most {_LONGEST} characters")
        return cls(**{name: text.strip() for name, text in parameters.items()})

    def query(self, *, limit: int, most: int = _MOST, newest: bool = False) -> EventQuery:
        """Return what to ask the catalogue.

        Parameters
        ----------
        limit
            Most events unless the visitor says otherwise.
        most
            Most events that the visitor may ask for.
        newest
            Whether the last event comes first where the visitor says nothing about the order.

        Raises
        ------
        InvalidInputError
            If a filter cannot be read.
        """
        query = event_query(
            start=self.start,
            end=self.end,
            contained=self.contained.lower() in _YES,
            types=_several(self.type),
            detectors=_several(self.detector),
            methods=(self.method,) if self.method else (),
            versions=_versions(self.version),
            instruments=_several(self.instrument),
            box=self.box,
            cone=self.cone,
            frame=self.frame or Frame.HELIOPROJECTIVE,
            probability=_number("min_probability", self.min_probability, 0.0, 1.0),
            goes_class=self.goes_class,
            noaa=self.noaa,
            text=self.text,
            conditions=_several(self.where, ";"),
            statuses=_several(self.status),
            reviewed=self.reviewed or Reviewed.STANDING,
            order=self.sort or Order.START,
            descending=self.descending.lower() in _YES if self.descending or self.sort else newest,
            limit=int(_number("limit", self.limit, 1, most) or limit),
        )
        return replace(query, after=_key(self.after, query)) if self.after else query

    def find(self, catalogue: Catalogue, artifacts: ArtifactStore, query: EventQuery) -> list[Event]:
        """Return the events that a query of these filters asks for, at the threshold if there is one."""
        threshold = _number("threshold", self.threshold, -_LARGEST, _LARGEST)
        if threshold is None:
            return list(catalogue.search(query))
        return at_threshold(catalogue, artifacts, query, threshold)

    def url(self, path: str = "/", **changes: str) -> str:
        """Return the address of a page with these filters, some of them changed."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | changes
        query = urlencode({name: text for name, text in values.items() if text})
        return f"{path}?{query}" if query else path

    def following(self, query: EventQuery, last: Event, path: str = "/") -> str:
        """Return the address of the page after an event."""
        key = query.key(last)  # whole: by milliseconds, the page would begin too late
        text = key.astimezone(UTC).replace(tzinfo=None).isoformat() if isinstance(key, datetime) else repr(key)
        return self.url(path, after=f"{text},{last.id}")

    def steps(self, span: TimeRange) -> dict[str, str]:
        """Return the addresses of the spans beside and around one, by name."""
        length = max(span.duration, timedelta(hours=1))
        try:
            before, behind = span.start - length, span.end + length
        except OverflowError:
            return {}  # the calendar has the years 1 to 9999
        ends = {"← earlier": (before, span.start), "wider": (before, behind), "later →": (span.end, behind)}
        texts = {name: (format_utc(start), format_utc(end)) for name, (start, end) in ends.items()}
        return {name: self.url(start=start, end=end, after="") for name, (start, end) in texts.items()}

    @property
    def narrow(self) -> bool:
        """Whether something else than time, class and detector is asked for."""
        usual = {"start", "end", "type", "detector", "after", "limit"}
        return any(getattr(self, name) for name in set(self.__dataclass_fields__) - usual)


def _several(text: str, between: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(between) if part.strip())


def _versions(text: str) -> list[float]:
    found = (_number("version", one, 0.0, _LARGEST) for one in _several(text))
    return [one for one in found if one is not None]


def _key(text: str, query: EventQuery) -> tuple[SortKey, str]:
    moment, _, event_id = text.partition(",")
    key = parse_utc(moment) if query.by_time else _number("after", moment, -_LARGEST, _LARGEST)
    if key is None or not event_id:
        raise InvalidInputError(f"after: expected a sort key and an id with a comma between them, got {text[:40]!r}")
    return key, event_id


def _number(name: str, text: str, low: float, high: float) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InvalidInputError(f"{name}: expected a number from {low:g} to {high:g}, got {text[:20]!r}")
    return value
