"""``events import``, ``pull`` and ``retract``: records from elsewhere; and how events are written to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UsageError
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.embedded.console import home_option, stores, user_name
from helioscribe.runtime.formats.export import export
from helioscribe.runtime.named_event import find_event
from helioscribe.runtime.questions import class_code
from helioscribe.runtime.relations import ties_of
from helioscribe.runtime.submission import not_of_detectors, retract
from helioscribe.runtime.wiring import Platform
from helioscribe.runtime.wording import counted

__all__ = ["import_", "pull", "retract_", "write_events"]

_MOST_TOLD = 20


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@home_option
def import_(files: tuple[Path, ...], home: Path | None) -> None:
    """Import records of other catalogues.

    Reads HEK's JSON and records one a line, VOEvents 1.1 and 2.0, NOAA's daily event reports and region summaries, and
    the flare lists of STIX and GOES, compressed or not. Records keep the names and the method that they came with. What
    is there already changes nothing; what has changed becomes a new revision.
    """
    from helioscribe.runtime.catalogues.reading import read_events

    with stores(home) as opened, _told(opened) as (failed, broken):
        for file in files:
            try:
                _enter(opened, read_events(file, failed=failed), f"imported from {file.name}")
            except InvalidInputError as error:
                failed(file.name, error)
    _end(broken)


@click.command()
@click.argument("url")
@click.option("--start", required=True, metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", required=True, metavar="TIME", help="Latest time, UTC.")
@click.option("--type", "types", multiple=True, metavar="FL", help="Only this HEK class; repeatable.")
@home_option
def pull(url: str, start: str, until: str, types: tuple[str, ...], home: Path | None) -> None:
    """Import records of another server: HEK itself, or the URL of another Helioscribe."""
    from helioscribe.runtime.catalogues.federation import pull_events, server_address

    codes = tuple(map(class_code, types))
    span, address = TimeRange.of(start, until), server_address(url)
    with stores(home) as opened, _told(opened) as (failed, broken):
        _enter(opened, pull_events(url, span, event_types=codes, failed=failed), f"pulled from {address}")
    _end(broken)


@click.command("retract")
@click.argument("event")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the record's history.")
@home_option
def retract_(event: str, reason: str, home: Path | None) -> None:
    """Withdraw EVENT, a record that came from elsewhere: it stays as a tombstone, and searches leave it out.

    What a detector found is reviewed instead. A record that is imported again stands again.
    """
    with stores(home) as opened:
        gone = retract(opened.catalogue, find_event(opened.catalogue, event).id, by=user_name(), why=reason)
    click.echo(f"{gone.id}: {gone.status.value}, revision {gone.revision}")


def write_events(events: Iterable[Event], form: str, output: Path | None, *, opened: Platform) -> int:
    """Write events to a file, or to standard output; return how many they were.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.
    """
    counter, root = _Counter(), opened.settings.public_url.rstrip("/")
    pieces = export(
        counter.over(events),
        form,
        authority=opened.settings.authority,
        page_of=lambda name: f"{root}/events/{name}" if root else "",
        ties_of=partial(ties_of, opened.catalogue),
    )
    if output is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return counter.number
    try:
        _write_whole(pieces, output)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(output)) from None
    return counter.number


def _write_whole(pieces: Iterable[bytes], output: Path) -> None:
    """Write a file that is whole or is not there; what is no file, such as a pipe, is written as it comes."""
    if output.exists() and not output.is_file():
        with output.open("wb") as file:
            file.writelines(pieces)
        return
    aside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.writelines(pieces)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)


class _Counter:
    """Counts what goes by."""

    number = 0

    def over(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            self.number += 1
            yield event


def _enter(opened: Platform, events: Iterable[Event], reason: str) -> None:
    counter = _Counter()
    allowed = not_of_detectors(opened.catalogue, counter.over(events))
    new = opened.catalogue.import_events(allowed, reason=reason)
    click.echo(f"{reason}: {counted(counter.number, 'record')} read, {new} new or changed")


@contextmanager
def _told(opened: Platform) -> Iterator[tuple[Callable[[str, HelioscribeError], None], list[HelioscribeError]]]:
    """Yield what is told of records that cannot be events: all go to the ledger, the first ones to the terminal."""
    broken: list[HelioscribeError] = []

    def failed(where: str, error: HelioscribeError) -> None:
        broken.append(error)
        if len(broken) <= _MOST_TOLD:
            click.echo(f"helioscribe: {where}: {error.message}", err=True)
        entry = Failure(stage="import", subject=where, sha256="", code=error.code, message=error.message, at=utc_now())
        opened.catalogue.add_failure(entry)

    yield failed, broken
    if len(broken) > _MOST_TOLD:
        click.echo(f"helioscribe: and {len(broken) - _MOST_TOLD} more; helioscribe failures lists them", err=True)


def _end(broken: list[HelioscribeError]) -> None:
    if broken:
        raise click.exceptions.Exit(2 if all(isinstance(error, UsageError) for error in broken) else 1)
