"""Which events a command is about: the options that `event_query` takes by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import click

from helioscribe.domain.event import EventStatus
from helioscribe.domain.query import Order
from helioscribe.domain.review import Reviewed
from helioscribe.domain.search_region import Frame

__all__ = ["event_filters", "event_order"]

C = TypeVar("C", bound=Callable[..., Any])


def _several(
    *names: str, metavar: str, help: str, type: type = str  # noqa: A002  # click's words
) -> Callable[[C], C]:
    return click.option(*names, multiple=True, metavar=metavar, type=type, help=f"{help}; repeatable.")


def _choice(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([one.value for one in kind])


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--start", metavar="TIME", help="Earliest time, UTC."),
    click.option("--end", metavar="TIME", help="Latest time, UTC."),
    click.option("--contained", is_flag=True, help="Wholly between start and end; else what overlaps."),
    _several("--type", "types", metavar="FL", help="HEK class"),
    _several("--detector", "detectors", metavar="ID", help="From this detector"),
    _several("--method", "methods", metavar="NAME", help="From the method of this name"),
    _several("--method-version", "versions", metavar="1.2", type=float, help="Of this version of its method"),
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
        help="In this state; open and closed ones otherwise; repeatable.",
    ),
    click.option(
        "--reviewed", type=_choice(Reviewed), default="standing", show_default=True,
        help="By what people said; what was rejected or discarded is left out otherwise.",
    ),
)  # fmt: skip
_ORDER: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--sort", "order", type=_choice(Order), default=Order.START.value, show_default=True, help="By what they go."
    ),
    click.option("--descending", is_flag=True, help="Begin with the last one."),
    click.option(
        "--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="At most so many events."
    ),
)


def event_filters(command: C) -> C:
    """Give a command the options of `event_query` that say which events; it takes them as ``**filters``."""
    return _given(command, _OPTIONS)


def event_order(command: C) -> C:
    """Give a command those that say in which order and how many, which go the same way."""
    return _given(command, _ORDER)


def _given(command: C, options: Sequence[Callable[[C], C]]) -> C:
    for option in reversed(options):
        command = option(command)
    return command
