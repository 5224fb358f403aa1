"""Questions to the catalogue of events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from helioscribe.domain.conditions import GOES_COLUMN, Condition, folded
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event, EventStatus, concept_of
from helioscribe.domain.footprint import footprint
from helioscribe.domain.goes_class import class_number
from helioscribe.domain.places import SearchBox, SearchCone
from helioscribe.domain.review import Reviewed
from helioscribe.domain.times import TimeRange

__all__ = ["DATE_LENGTHS", "SEARCHED", "CountBy", "EventQuery", "Order", "SortKey", "column_values", "strength_of"]

SortKey = datetime | float

SEARCHED = (
    "frm_name", "frm_institute", "obs_observatory", "obs_instrument", "obs_channelid", "hs_detector",
    "event_description", "fl_goescls", "ar_mtwilsoncls", "ar_mcintoshcls",
)  # fmt: skip
"""Columns in which words are looked for."""

_MOST_WORDS = 8
_MOST_CONDITIONS = 50
_MOST_NAMES = 100
_LONGEST_TEXT = 200


class Order(StrEnum):
    """By what events are sorted; equal ones by their ids."""

    START = "start"
    """Start time; the only order that an index has ready for millions of events."""

    END = "end"
    """End time."""

    RUN = "run"
    """When the method ran."""

    PROBABILITY = "probability"
    """How sure the method is; events without a probability count as less than 0."""

    GOES_CLASS = "goes_class"
    """Strength of flares; events without a class count as less than A."""


class CountBy(StrEnum):
    """By what events are counted."""

    TYPE = "event_type"
    """HEK's two letters."""

    METHOD = "frm_name"
    """Name of the method."""

    DETECTOR = "detector"
    """Id of the detector; empty for imported records."""

    INSTRUMENT = "obs_instrument"
    """Who saw it."""

    STATUS = "status"
    """Open, closed or retracted."""

    YEAR = "year"
    """``2022``, of the start in UTC."""

    MONTH = "month"
    """``2022-03``."""

    DAY = "day"
    """``2022-03-28``."""

    HOUR = "hour"
    """``2022-03-28T11``."""

    def of(self, event: Event) -> str:
        """Return the group of an event."""
        if self in DATE_LENGTHS:
            return event.event_starttime.astimezone(UTC).isoformat()[: DATE_LENGTHS[self]]
        return str(getattr(event, self.value))


DATE_LENGTHS: Mapping[CountBy, int] = {CountBy.YEAR: 4, CountBy.MONTH: 7, CountBy.DAY: 10, CountBy.HOUR: 13}
"""Characters of a start time that name a span of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events to return. Everything that is set must hold; of several names one is enough.

    Raises
    ------
    InvalidInputError
        If there are more names, words or conditions than anybody needs, or `after` does not fit the order.
    """

    time_range: TimeRange | None = None
    """Overlaps this span, UTC at the Earth."""

    contained: bool = False
    """Lies wholly within `time_range`."""

    event_types: tuple[str, ...] = ()
    """Is of one of these classes."""

    detectors: tuple[str, ...] = ()
    """Comes from one of these detectors."""

    frm_names: tuple[str, ...] = ()
    """Comes from a method of one of these names."""

    versions: tuple[float, ...] = ()
    """Comes from a method of one of these versions."""

    instruments: tuple[str, ...] = ()
    """Was seen by one of these instruments."""

    observation_id: str | None = None
    """Rests on this observation."""

    probability: float | None = None
    """Has at least this probability."""

    box: SearchBox | None = None
    """Lies in this part of the Sun."""

    cone: SearchCone | None = None
    """Lies near this point of the Sun."""

    conditions: tuple[Condition, ...] = ()
    """Has such columns."""

    text: str = ""
    """Has all of these words, whatever their case, in its names, classes or description."""

    statuses: tuple[EventStatus, ...] = (EventStatus.OPEN, EventStatus.CLOSED)
    """Has one of these states; any if empty."""

    reviewed: Reviewed = Reviewed.STANDING
    """What people said of it."""

    order: Order = Order.START
    """By what to sort."""

    descending: bool = False
    """Begin with the last one."""

    limit: int = 1000
    """Most events to return."""

    after: tuple[SortKey, str] | None = None
    """Sort key and id of the last event of the page before."""

    def __post_init__(self) -> None:
        names = (self.event_types, self.detectors, self.frm_names, self.versions, self.instruments, self.statuses)
        if max(map(len, names)) > _MOST_NAMES:
            raise InvalidInputError(f"query: expected at most {_MOST_NAMES} names of one kind")
        if len(self.conditions) > _MOST_CONDITIONS:
            raise InvalidInputError(f"query: expected at most {_MOST_CONDITIONS} conditions")
        if len(self.text) > _LONGEST_TEXT or len(self.words) > _MOST_WORDS:
            raise InvalidInputError(f"query: expected at most {_MOST_WORDS} words and {_LONGEST_TEXT} characters")
        numbers = (*self.versions, self.probability or 0.0)
        if not all(map(math.isfinite, numbers)):
            raise InvalidInputError("query: expected finite numbers")
        if self.after is not None and isinstance(self.after[0], datetime) != self.by_time:
            raise InvalidInputError(f"query: a page after {self.after[0]} does not fit the order by {self.order}")

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`."""
        return tuple(self.text.split())

    @property
    def by_time(self) -> bool:
        """Whether sort keys are moments; else they are numbers."""
        return self.order in (Order.START, Order.END, Order.RUN)

    def key(self, event: Event) -> SortKey:
        """Return what an event is sorted by."""
        match self.order:
            case Order.START:
                return event.event_starttime
            case Order.END:
                return event.event_endtime
            case Order.RUN:
                return event.frm_daterun
            case Order.PROBABILITY:
                return -1.0 if event.event_probability is None else event.event_probability
            case Order.GOES_CLASS:
                strength = strength_of(event)
                return -1.0 if strength is None else strength

    def following(self, event: Event) -> Self:
        """Return the query for the page that follows an event."""
        return replace(self, after=(self.key(event), event.id))

    def holds(self, event: Event) -> bool:
        """Whether an event is one of those that are asked for, on whatever page and whatever people said of it."""
        return (
            _named(self, event)
            and (self.time_range is None or _in_time(event.time_range, self.time_range, contained=self.contained))
            and (self.observation_id is None or self.observation_id in event.observation_ids)
            and (self.probability is None or _at_least(event.event_probability, self.probability))
            and _placed(self, event)
            and _worded(self, event)
        )

    def precedes(self, event: Event) -> bool:
        """Whether an event comes after the page before."""
        if self.after is None:
            return True
        here = (self.key(event), event.id)
        return here < self.after if self.descending else here > self.after


def column_values(event: Event) -> Mapping[str, object]:
    """Return what conditions are about: all columns of an event, moments and flags as such."""
    return {
        **event.attributes,
        **{name: getattr(event, name) for name in _COLUMNS},
        "kb_archivid": event.id,
        "concept": concept_of(event.event_type),
        "obs_wavelunit": "cm",
        "active": event.status is not EventStatus.RETRACTED,
        "hs_status": event.status.value,
        "hs_detector": event.detector,
    }


_COLUMNS = tuple(
    field.name
    for field in fields(Event)
    if field.name not in ("id", "attributes", "status", "detector", "detection_ids", "observation_ids")
)


def strength_of(event: Event) -> float | None:
    """Return the peak irradiance [1e-6 W/m2] that an event's GOES class stands for."""
    return class_number(str(event.attributes.get(GOES_COLUMN, "")))


def _named(query: EventQuery, event: Event) -> bool:
    wanted: tuple[tuple[tuple[object, ...], object], ...] = (
        (query.event_types, event.event_type),
        (query.detectors, event.detector),
        (query.frm_names, event.frm_name),
        (query.versions, event.frm_versionnumber),
        (query.instruments, event.obs_instrument),
        (query.statuses, event.status),
    )
    return all(not names or held in names for names, held in wanted)


def _in_time(span: TimeRange, wanted: TimeRange, *, contained: bool) -> bool:
    if contained:
        return wanted.start <= span.start and span.end <= wanted.end
    return span.overlaps(wanted)


def _at_least(held: float | None, wanted: float) -> bool:
    return held is not None and held >= wanted


def _placed(query: EventQuery, event: Event) -> bool:
    parts = [part for part in (query.box, query.cone) if part is not None]
    if not parts:
        return True
    place = footprint(event)
    return all(part.holds(place) for part in parts)


def _worded(query: EventQuery, event: Event) -> bool:
    if not query.text and not query.conditions:
        return True
    record = column_values(event)
    texts = [folded(str(record.get(name, ""))) for name in SEARCHED]
    worded = all(any(folded(word) in text for text in texts) for word in query.words)
    return worded and all(condition.holds(record) for condition in query.conditions)
