"""Makes queries from text, as users and programs give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from helioscribe.domain.conditions import GOES_COLUMN, Condition, Operator
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, EventStatus
from helioscribe.domain.goes_class import class_number
from helioscribe.domain.members import member_of
from helioscribe.domain.query import EventQuery, Order
from helioscribe.domain.review import Reviewed
from helioscribe.domain.search_region import Frame, SearchBox, SearchCone
from helioscribe.domain.times import TimeRange, parse_utc

__all__ = ["class_code", "event_query", "span_between"]


_FIRST = datetime(1678, 1, 1, tzinfo=UTC)  # arrays of times begin in 1677
_AHEAD = timedelta(days=3650)


def event_query(
    *,
    start: str | None = None,
    end: str | None = None,
    contained: bool = False,
    types: Iterable[str] = (),
    detectors: Iterable[str] = (),
    methods: Iterable[str] = (),
    versions: Iterable[float] = (),
    instruments: Iterable[str] = (),
    box: str | None = None,
    cone: str | None = None,
    frame: str = Frame.HELIOPROJECTIVE,
    probability: float | None = None,
    goes_class: str | None = None,
    noaa: str | None = None,
    text: str = "",
    conditions: Iterable[str] = (),
    statuses: Iterable[str] = (),
    reviewed: str = Reviewed.STANDING,
    order: str = Order.START,
    descending: bool = False,
    limit: int = 1000,
) -> EventQuery:
    """Return a query. Conditions that are not given are left out.

    Parameters
    ----------
    start, end
        Times, UTC; one of them may be missing.
    types
        Classes as HEK's two letters, in any case.
    box, cone
        ``x1,y1,x2,y2`` and ``x,y,radius`` in the given frame.
    goes_class, noaa
        Least GOES class, and NOAA number of a region.
    conditions
        Conditions on columns, such as ``hs_bands>=5``.
    contained, detectors, methods, versions, instruments, frame, probability, text, statuses, reviewed
        As in `EventQuery`.
    order, descending, limit
        As in `EventQuery`.

    Raises
    ------
    InvalidInputError
        If a value cannot be read.
    """
    chosen = member_of(Frame, frame, "frame")
    return EventQuery(
        time_range=span_between(start, end),
        contained=contained,
        event_types=tuple(map(class_code, types)),
        detectors=tuple(detectors),
        frm_names=tuple(methods),
        versions=tuple(versions),
        instruments=tuple(instruments),
        probability=probability,
        box=_box(box, chosen),
        cone=_cone(cone, chosen),
        text=text,
        conditions=(*map(Condition.parse, conditions), *_named(noaa, goes_class)),
        statuses=tuple(member_of(EventStatus, one, "status") for one in statuses) or EventQuery().statuses,
        reviewed=member_of(Reviewed, reviewed, "reviewed"),
        order=member_of(Order, order, "sort"),
        descending=descending,
        limit=limit,
    )


def span_between(start: str | None, end: str | None) -> TimeRange | None:
    """Return the span between two times, of which one may be missing; None if both are."""
    if not start and not end:
        return None
    first = parse_utc(start) if start else _FIRST
    last = parse_utc(end) if end else datetime.now(UTC) + _AHEAD
    if last < first:
        raise InvalidInputError(f"end {end} lies before start {start}")
    return TimeRange(start=first, end=last)


def class_code(code: str) -> str:
    """Return a class in capitals. Raises `InvalidInputError` if HEK does not have it."""
    if code.upper() not in EVENT_CLASSES:
        raise InvalidInputError(f"type: expected one of {', '.join(EVENT_CLASSES)}, got {code[:20]!r}")
    return code.upper()


def _numbers(name: str, text: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise InvalidInputError(f"{name}: expected {count} numbers with commas between them, got {text[:40]!r}")
    return numbers


def _box(text: str | None, frame: Frame) -> SearchBox | None:
    if not text:
        return None
    x1, y1, x2, y2 = _numbers("box", text, 4)
    return SearchBox(frame=frame, x1=x1, y1=y1, x2=x2, y2=y2)


def _cone(text: str | None, frame: Frame) -> SearchCone | None:
    if not text:
        return None
    x, y, radius = _numbers("cone", text, 3)
    return SearchCone(frame=frame, x=x, y=y, radius=radius)


def _named(noaa: str | None, goes_class: str | None) -> Iterator[Condition]:
    if noaa:
        yield Condition(column="ar_noaanum", operator=Operator.EQUAL, value=noaa)
    if goes_class:
        if class_number(goes_class) is None:
            raise InvalidInputError(f"goes_class: expected such as M1.5, got {goes_class[:20]!r}")
        yield Condition(column=GOES_COLUMN, operator=Operator.AT_LEAST, value=goes_class)
