"""``subscriptions``: who is told of changes in the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helioscribe.embedded.console import Commands, as_json, home_option, json_option, stores, table
from helioscribe.embedded.event_filters import event_filters
from helioscribe.runtime.questions import event_query
from helioscribe.runtime.wording import moment

__all__ = ["subscriptions"]


@click.group(cls=Commands)
def subscriptions() -> None:
    """Manage subscriptions: web addresses to which new and changed events are sent."""


@subscriptions.command()
@click.argument("name")
@click.argument("url")
@click.option(
    "--from-cursor", type=click.IntRange(0), help="Send all changes after this cursor too; by default only future ones."
)
@event_filters
@home_option
def add(name: str, url: str, from_cursor: int | None, home: Path | None, **filters: Any) -> None:
    """Send changes of the events that match to URL; prints the secret that signs the messages, only this once."""
    query = event_query(**filters)
    with stores(home) as opened:
        click.echo(opened.desk.subscribe(name, url, query, after=from_cursor).secret)
    click.echo("the secret that signs what is posted, shown this once", err=True)


@subscriptions.command("list")
@home_option
@json_option
def list_(home: Path | None, json_: bool) -> None:
    """Print all subscriptions, how far each has got, and what went wrong."""
    with stores(home) as opened:
        found, newest = opened.desk.subscriptions(), opened.catalogue.newest_cursor()
        letters = {one.name: len(opened.desk.letters(one.name)) for one in found}
    names = ("name", "url", "whose", "state", "cursor", "behind", "put aside", "next try UTC", "error")
    rows = [
        (
            one.name,
            one.url,
            one.by,
            "active" if one.active else "gone",
            one.cursor,
            max(newest - one.cursor, 0),
            letters[one.name],
            moment(one.not_before),
            one.error,
        )
        for one in found
    ]
    _print(names, rows, json=json_)


@subscriptions.command()
@click.argument("name")
@home_option
@json_option
def letters(name: str, home: Path | None, json_: bool) -> None:
    """Print the changes that could not be delivered; `replay` sends them again."""
    with stores(home) as opened:
        found = opened.desk.letters(name)
    rows = [(one.cursor, one.event_id, moment(one.at), one.error) for one in found]
    _print(("cursor", "event", "put aside UTC", "error"), rows, json=json_)


@subscriptions.command()
@click.argument("name")
@click.option(
    "--after", type=click.IntRange(0), required=True, metavar="CURSOR", help="Send again what came after this cursor."
)
@home_option
def replay(name: str, after: int, home: Path | None) -> None:
    """Send a subscriber all changes after a cursor again; also revives a subscription that was given up."""
    with stores(home) as opened:
        opened.desk.replay(name, after=after)
    click.echo(f"{name}: is told again what came after change {after}")


@subscriptions.command()
@click.argument("name")
@home_option
def remove(name: str, home: Path | None) -> None:
    """Remove a subscription."""
    with stores(home) as opened:
        opened.desk.unsubscribe(name)
    click.echo(f"{name}: removed")


def _print(names: tuple[str, ...], rows: list[tuple[Any, ...]], *, json: bool) -> None:
    if json:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows)
