"""Searches of the catalogue: which events, in which order, counted by what."""

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
from helioscribe.domain.review import Reviewed
from helioscribe.domain.search_region import SearchBox, SearchCone
from helioscribe.domain.times import TimeRange

__all__ = [
    "DATE_LENGTHS",
    "RECORD_COLUMNS",
    "SEARCHED",
    "CountBy",
    "EventQuery",
    "Order",
    "SortKey",
    "column_values",
    "strength_of",
]

SortKey = datetime | float

SEARCHED = (
    "frm_name",
    "frm_institute",
    "obs_observatory",
    "obs_instrument",
    "obs_channelid",
    "hs_detector",
    "event_description",
    "fl_goescls",
    "ar_mtwilsoncls",
    "ar_mcintoshcls",
)
"""Columns that `EventQuery.text` is searched in."""

_MOST_WORDS = 8
_MOST_CONDITIONS = 50
_MOST_NAMES = 100
_LONGEST_TEXT = 200


class Order(StrEnum):
    """Column by which events are sorted; events with equal values are sorted by id."""

    START = "start"
    """Start time. Only this order is fast for millions of events."""

    END = "end"
    """End time."""

    RUN = "run"
    """Time at which the method ran."""

    PROBABILITY = "probability"
    """Probability; events without one come before 0."""

    GOES_CLASS = "goes_class"
    """GOES class of flares, by irradiance; events without a class come before A."""


class CountBy(StrEnum):
    """Column by whose values events are counted."""

    TYPE = "event_type"
    """Class of the event, HEK's two letters."""

    METHOD = "frm_name"
    """Name of the method."""

    DETECTOR = "detector"
    """Id of the detector; empty for imported records."""

    INSTRUMENT = "obs_instrument"
    """Name of the instrument."""

    STATUS = "status"
    """State of the record: open, closed or retracted."""

    YEAR = "year"
    """Year of the start, UTC, such as ``2022``."""

    MONTH = "month"
    """Month of the start, such as ``2022-03``."""

    DAY = "day"
    """Day of the start, such as ``2022-03-28``."""

    HOUR = "hour"
    """Hour of the start, such as ``2022-03-28T11``."""

    def of(self, event: Event) -> str:
        """Return the value of an event, as text."""
        if self in DATE_LENGTHS:
            return event.event_starttime.astimezone(UTC).isoformat()[: DATE_LENGTHS[self]]
        return str(getattr(event, self.value))


DATE_LENGTHS: Mapping[CountBy, int] = {CountBy.YEAR: 4, CountBy.MONTH: 7, CountBy.DAY: 10, CountBy.HOUR: 13}
"""Number of characters of an ISO 8601 time that name the year, month, day or hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events to return, and in which order. An event must meet every condition; of several names, one is enough.

    Raises
    ------
    InvalidInputError
        If there are too many names, words or conditions, a number is not finite, or `after` does not fit the order.
    """

    time_range: TimeRange | None = None
    """The event overlaps with this span, UTC at the Earth."""

    contained: bool = False
    """Whether the event must lie wholly within `time_range`."""

    event_types: tuple[str, ...] = ()
    """The event has one of these classes; any if empty."""

    detectors: tuple[str, ...] = ()
    """It comes from one of these detectors; any if empty."""

    frm_names: tuple[str, ...] = ()
    """It comes from a method with one of these names; any if empty."""

    versions: tuple[float, ...] = ()
    """It comes from a method with one of these versions; any if empty."""

    instruments: tuple[str, ...] = ()
    """It was seen by one of these instruments; any if empty."""

    observation_id: str | None = None
    """It was detected in this observation."""

    probability: float | None = None
    """It has at least this probability."""

    box: SearchBox | None = None
    """It lies in this box."""

    cone: SearchCone | None = None
    """It lies near this point."""

    conditions: tuple[Condition, ...] = ()
    """It meets all these conditions."""

    text: str = ""
    """Every word of this text, in any case, is found in one of the columns `SEARCHED`."""

    statuses: tuple[EventStatus, ...] = (EventStatus.OPEN, EventStatus.CLOSED)
    """The record has one of these states; any if empty."""

    reviewed: Reviewed = Reviewed.STANDING
    """What reviewers have decided about the event."""

    order: Order = Order.START
    """Order of the events."""

    descending: bool = False
    """Whether to begin with the largest value."""

    limit: int = 1000
    """Largest number of events to return."""

    after: tuple[SortKey, str] | None = None
    """Sort key and id of the last event of the previous page; None for the first page."""

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
        """Whether the sort keys are times; otherwise they are numbers."""
        return self.order in (Order.START, Order.END, Order.RUN)

    def key(self, event: Event) -> SortKey:
        """Return the value by which an event is sorted."""
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
        """Return the query for the page after an event."""
        return replace(self, after=(self.key(event), event.id))

    def holds(self, event: Event) -> bool:
        """Whether an event meets the conditions; `after` and `reviewed` are ignored."""
        return (
            _named(self, event)
            and (self.time_range is None or _in_time(event.time_range, self.time_range, contained=self.contained))
            and (self.observation_id is None or self.observation_id in event.observation_ids)
            and (self.probability is None or _at_least(event.event_probability, self.probability))
            and _placed(self, event)
            and _worded(self, event)
        )

    def precedes(self, event: Event) -> bool:
        """Whether an event comes after the previous page."""
        if self.after is None:
            return True
        here = (self.key(event), event.id)
        return here < self.after if self.descending else here > self.after


def column_values(event: Event) -> Mapping[str, object]:
    """Return all columns of an event for `Condition.holds`, with times as datetimes and flags as booleans."""
    return {
        **event.attributes,
        **{name: getattr(event, name) for name in RECORD_COLUMNS},
        "kb_archivid": event.id,
        "concept": concept_of(event.event_type),
        "obs_wavelunit": "cm",
        "active": event.status is not EventStatus.RETRACTED,
        "hs_status": event.status.value,
        "hs_detector": event.detector,
    }


RECORD_COLUMNS = tuple(
    field.name
    for field in fields(Event)
    if field.name not in ("id", "attributes", "status", "detector", "detection_ids", "observation_ids")
)
"""Columns of every record that have the name of a field of `Event`."""


def strength_of(event: Event) -> float | None:
    """Return the irradiance of an event's GOES class [1e-6 W/m2]; None if it has no class."""
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
