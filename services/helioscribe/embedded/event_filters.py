"""Options of commands that say which events to select; `event_query` makes a query of them."""

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
    *names: str,
    metavar: str,
    help: str,  # noqa: A002  # click's word
    type: type = str,  # noqa: A002
) -> Callable[[C], C]:
    return click.option(*names, multiple=True, metavar=metavar, type=type, help=f"{help}; repeatable.")


def _choice(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([one.value for one in kind])


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--start", metavar="TIME", help="Earliest time, UTC."),
    click.option("--end", metavar="TIME", help="Latest time, UTC."),
    click.option("--contained", is_flag=True, help="Only events wholly between --start and --end."),
    _several("--type", "types", metavar="FL", help="Only this HEK class, such as FL"),
    _several("--detector", "detectors", metavar="ID", help="Only events of this detector"),
    _several("--method", "methods", metavar="NAME", help="Only events whose method has this name"),
    _several("--method-version", "versions", metavar="1.2", type=float, help="Only this version of the method"),
    _several("--instrument", "instruments", metavar="NAME", help="Only events seen by this instrument"),
    click.option("--box", metavar="X1,Y1,X2,Y2", help="Only events that overlap this box; see --frame."),
    click.option("--cone", metavar="X,Y,RADIUS", help="Only events within RADIUS of a point; see --frame."),
    click.option(
        "--frame",
        type=_choice(Frame),
        default=Frame.HELIOPROJECTIVE.value,
        show_default=True,
        help="Frame of --box and --cone: arcsec or degrees, as seen from the Earth.",
    ),
    click.option(
        "--min-probability", "probability", type=click.FloatRange(0, 1), help="Only events this probable or more."
    ),
    click.option("--goes-class", metavar="M1", help="Only flares of at least this GOES class."),
    click.option("--noaa", metavar="NUMBER", help="Only events of this NOAA region."),
    click.option("--text", default="", metavar="WORDS", help="Only events whose texts have these words."),
    _several("--where", "conditions", metavar="COLUMN>=VALUE", help="Condition on any of HEK's columns"),
    click.option(
        "--status",
        "statuses",
        type=_choice(EventStatus),
        multiple=True,
        help="Only events in this state; by default open and closed ones; repeatable.",
    ),
    click.option(
        "--reviewed",
        type=_choice(Reviewed),
        default="standing",
        show_default=True,
        help="Select by review; standing leaves out what was rejected or discarded.",
    ),
)
_ORDER: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--sort",
        "order",
        type=_choice(Order),
        default=Order.START.value,
        show_default=True,
        help="Order of the events.",
    ),
    click.option("--descending", is_flag=True, help="Reverse the order."),
    click.option(
        "--limit",
        type=click.IntRange(1, 1_000_000),
        default=1000,
        show_default=True,
        help="Print at most this many events.",
    ),
)


def event_filters(command: C) -> C:
    """Give a command the options that select events; the command takes them as ``**filters``."""
    return _given(command, _OPTIONS)


def event_order(command: C) -> C:
    """Give a command the options ``--sort``, ``--descending`` and ``--limit``, also part of ``**filters``."""
    return _given(command, _ORDER)


def _given(command: C, options: Sequence[Callable[[C], C]]) -> C:
    for option in reversed(options):
        command = option(command)
    return command
