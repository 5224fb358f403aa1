"""``subscriptions``: who is told of changes in the catalogue."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.subscription import Subscription
from helioscribe.embedded.console import as_json, home_option, json_option, stores, table
from helioscribe.embedded.event_filters import event_filters
from helioscribe.ports.subscriptions import SubscriptionStore
from helioscribe.runtime.questions import event_query
from helioscribe.runtime.wiring import Platform
from helioscribe.web.wording import moment

__all__ = ["subscriptions"]


@click.group()
def subscriptions() -> None:
    """Add, list, replay and remove web addresses that are told of new and changed events."""


@subscriptions.command()
@click.argument("name")
@click.argument("url")
@click.option("--from-cursor", type=click.IntRange(0), help="Tell what came after this change; else what comes.")
@event_filters
@home_option
def add(name: str, url: str, from_cursor: int | None, home: Path | None, **filters: Any) -> None:
    """Tell URL of changes of the events that fit; print the secret that signs what is posted, this once."""
    with stores(home) as opened:
        cursor = from_cursor if from_cursor is not None else opened.catalogue.newest_cursor()
        secret = secrets.token_urlsafe(32)
        made = Subscription(name=name, url=url, secret=secret, query=event_query(**filters), cursor=cursor)
        _store(opened).add(made)
    click.echo(secret)


@subscriptions.command("list")
@home_option
@json_option
def list_(home: Path | None, json_: bool) -> None:
    """Print who is told, how far, and what went wrong."""
    with stores(home) as opened:
        found, newest = _store(opened).all(), opened.catalogue.newest_cursor()
        letters = {one.id: len(_store(opened).dead_letters(one.id)) for one in found}
    names = ("name", "url", "state", "cursor", "behind", "put aside", "next try UTC", "error")
    rows = [
        (
            one.name, one.url, "active" if one.active else "gone", one.cursor, max(newest - one.cursor, 0),
            letters[one.id], moment(one.not_before), one.error,
        )
        for one in found
    ]  # fmt: skip
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows)


@subscriptions.command()
@click.argument("name")
@home_option
@json_option
def letters(name: str, home: Path | None, json_: bool) -> None:
    """Print the changes that could not be told; `replay` tells them again."""
    with stores(home) as opened:
        found = _store(opened).dead_letters(_named(opened, name).id)
    rows = [(one.cursor, one.event_id, moment(one.at), one.error) for one in found]
    names = ("cursor", "event", "put aside UTC", "error")
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows)


@subscriptions.command()
@click.argument("name")
@click.option("--after", type=click.IntRange(0), required=True, metavar="CURSOR", help="After which change.")
@home_option
def replay(name: str, after: int, home: Path | None) -> None:
    """Tell a subscriber everything again from a cursor on, also one that was gone."""
    with stores(home) as opened:
        one = _named(opened, name)
        fresh = Subscription(name=one.name, url=one.url, secret=one.secret, query=one.query, cursor=after)
        _store(opened).save(fresh)


@subscriptions.command()
@click.argument("name")
@home_option
def remove(name: str, home: Path | None) -> None:
    """Tell a subscriber nothing any more."""
    with stores(home) as opened:
        _store(opened).remove(_named(opened, name).id)


def _store(opened: Platform) -> SubscriptionStore:
    if opened.subscriptions is None:
        raise InvalidInputError("subscriptions are kept by whoever holds the database")
    return opened.subscriptions


def _named(opened: Platform, name: str) -> Subscription:
    for one in _store(opened).all():
        if one.name == name:
            return one
    raise NotFoundError(f"no subscription {name[:40]!r}")
