"""Which events a command is about: options, and the query that they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import click

from helioscribe.domain.conditions import Condition, Operator
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, EventStatus
from helioscribe.domain.places import Frame, SearchBox, SearchCone
from helioscribe.domain.query import EventQuery, Order
from helioscribe.domain.review import Reviewed
from helioscribe.domain.times import TimeRange, parse_utc

__all__ = ["class_code", "event_filters", "query_of", "span_between"]

C = TypeVar("C", bound=Callable[..., Any])

_FIRST = datetime(1600, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=3650)


def _several(*names: str, metavar: str, help: str) -> Callable[[C], C]:  # noqa: A002  # click's word
    return click.option(*names, multiple=True, metavar=metavar, help=f"{help}; may be given again.")


def _choice(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([one.value for one in kind])


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--start", metavar="TIME", help="Earliest time, UTC."),
    click.option("--end", metavar="TIME", help="Latest time, UTC."),
    click.option("--contained", is_flag=True, help="Wholly between start and end; else what overlaps."),
    _several("--type", "types", metavar="FL", help="HEK class"),
    _several("--detector", "detectors", metavar="ID", help="From this detector"),
    _several("--method", "methods", metavar="NAME", help="From the method of this name"),
    _several("--instrument", "instruments", metavar="NAME", help="Seen by this instrument"),
    click.option("--box", metavar="X1,Y1,X2,Y2", help="Meets this box."),
    click.option("--cone", metavar="X,Y,RADIUS", help="Within this angle of a point."),
    click.option(
        "--frame", type=_choice(Frame), default=Frame.HELIOPROJECTIVE.value, show_default=True,
        help="Of box and cone: arcsec, or degrees, as seen from the Earth.",
    ),
    click.option("--min-probability", "probability", type=click.FloatRange(0, 1), help="At least this probability."),
    click.option("--goes-class", metavar="M1", help="Flares of at least this GOES class."),
    click.option("--noaa", metavar="NUMBER", help="Of this active region."),
    click.option("--text", default="", metavar="WORDS", help="With these words in names, classes or description."),
    _several("--where", "conditions", metavar="COLUMN>=VALUE", help="Condition on any of HEK's columns"),
    click.option(
        "--status", "statuses", type=_choice(EventStatus), multiple=True,
        help="In this state; open and closed ones otherwise.",
    ),
    click.option(
        "--reviewed", type=_choice(Reviewed), default="standing", show_default=True,
        help="By what people said; what was rejected or discarded is left out otherwise.",
    ),
    click.option("--sort", "order", type=_choice(Order), default=Order.START.value, show_default=True),
    click.option("--descending", is_flag=True, help="Begin with the last one."),
    click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True),
)  # fmt: skip


def event_filters(command: C) -> C:
    """Give a command the options of `query_of`, which it takes as ``**filters``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def query_of(filters: dict[str, Any]) -> EventQuery:
    """Return the query that the options make. Raises `InvalidInputError` if one of them cannot be read."""
    frame = Frame(filters["frame"])
    return EventQuery(
        time_range=span_between(filters["start"], filters["end"]),
        contained=filters["contained"],
        event_types=tuple(class_code(code) for code in filters["types"]),
        detectors=filters["detectors"],
        frm_names=filters["methods"],
        instruments=filters["instruments"],
        probability=filters["probability"],
        box=_box(filters["box"], frame),
        cone=_cone(filters["cone"], frame),
        text=filters["text"],
        conditions=tuple(_conditions(filters)),
        statuses=tuple(map(EventStatus, filters["statuses"])) or EventQuery().statuses,
        reviewed=Reviewed(filters["reviewed"]),
        order=Order(filters["order"]),
        descending=filters["descending"],
        limit=filters["limit"],
    )


def span_between(start: str | None, end: str | None) -> TimeRange | None:
    """Return the span between two times, of which one may be missing; None for no times."""
    if not start and not end:
        return None
    first = parse_utc(start) if start else _FIRST
    return TimeRange(start=first, end=parse_utc(end) if end else datetime.now(UTC) + _AHEAD)


def class_code(code: str) -> str:
    """Return a class in capitals. Raises `InvalidInputError` for one that HEK does not have."""
    if code.upper() not in EVENT_CLASSES:
        raise InvalidInputError(f"--type {code[:20]}: expected one of {', '.join(EVENT_CLASSES)}")
    return code.upper()


def _numbers(option: str, text: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise InvalidInputError(f"{option}: expected {count} numbers with commas between them, got {text[:40]!r}")
    return numbers


def _box(text: str | None, frame: Frame) -> SearchBox | None:
    if text is None:
        return None
    x1, y1, x2, y2 = _numbers("--box", text, 4)
    return SearchBox(frame=frame, x1=x1, y1=y1, x2=x2, y2=y2)


def _cone(text: str | None, frame: Frame) -> SearchCone | None:
    if text is None:
        return None
    x, y, radius = _numbers("--cone", text, 3)
    return SearchCone(frame=frame, x=x, y=y, radius=radius)


def _conditions(filters: dict[str, Any]) -> list[Condition]:
    found = [Condition.parse(text) for text in filters["conditions"]]
    if filters["noaa"]:
        found.append(Condition(column="ar_noaanum", operator=Operator.EQUAL, value=filters["noaa"]))
    if filters["goes_class"]:
        found.append(Condition(column="fl_goescls", operator=Operator.AT_LEAST, value=filters["goes_class"]))
    return found
