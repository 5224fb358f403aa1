"""``events``: the catalogue for people and scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.event import EVENT_CLASSES, Event, hek_record
from helioscribe.domain.prov_document import prov_document
from helioscribe.domain.review import Reviewed
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.embedded.console import as_json, home_option, json_option, stores, table
from helioscribe.embedded.event_table import FORMATS, print_events, written
from helioscribe.embedded.similar_table import print_alike
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.runtime.companions import words_of_images
from helioscribe.runtime.origins import origins_of
from helioscribe.runtime.similarity import find_alike
from helioscribe.web.wording import counted, plain

__all__ = ["events", "find_event"]

_ID_LENGTH = len("evt-") + 32
_SHORTEST = len("evt-") + 4


@click.group()
def events() -> None:
    """Search, show and export the catalogue."""


def _filters(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True),
        click.option(
            "--reviewed", type=click.Choice([one.value for one in Reviewed]), default="standing", show_default=True,
            help="By what people said; what was rejected or discarded is left out otherwise.",
        ),
        click.option("--min-probability", type=click.FloatRange(0, 1), help="At least this probability."),
        click.option("--detector", metavar="ID", help="From this detector."),
        click.option("--type", "types", multiple=True, metavar="FL", help="HEK class; may be given again."),
        click.option("--end", metavar="TIME", help="Latest time, UTC."),
        click.option("--start", metavar="TIME", help="Earliest time, UTC."),
    ):
        command = option(command)
    return command


def _query(
    start: str | None,
    end: str | None,
    types: Sequence[str],
    detector: str | None,
    probability: float | None,
    reviewed: str,
    limit: int,
) -> EventQuery:
    span = None
    if start or end:
        first = parse_utc(start) if start else datetime(1600, 1, 1, tzinfo=UTC)
        span = TimeRange(start=first, end=parse_utc(end) if end else datetime.now(UTC) + timedelta(days=3650))
    codes = tuple(code.upper() for code in types)
    if unknown := sorted(set(codes) - set(EVENT_CLASSES)):
        raise InvalidInputError(f"--type {unknown[0]}: expected one of {', '.join(EVENT_CLASSES)}")
    return EventQuery(
        time_range=span, event_types=codes, detectors=(detector,) if detector else (), probability=probability,
        reviewed=Reviewed(reviewed), limit=limit,
    )  # fmt: skip


_format = click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)


@events.command()
@_filters
@_format
@home_option
@json_option
def search(
    start: str | None, end: str | None, types: tuple[str, ...], detector: str | None, min_probability: float | None,
    reviewed: str, limit: int, form: str, home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Print the events that fit."""
    query = _query(start, end, types, detector, min_probability, reviewed, limit)
    with stores(home) as opened:
        print_events(list(opened.catalogue.search(query)), form="json" if json_ else form)


@events.command()
@click.argument("event_id")
@click.option("--revision", type=click.IntRange(1), help="As it was then.")
@home_option
@json_option
def show(event_id: str, revision: int | None, home: Path | None, json_: bool) -> None:
    """Print one event with everything that is known of it. The beginning of its id is enough."""
    with stores(home) as opened:
        event = find_event(opened.catalogue, event_id, revision=revision)
        record = hek_record(event) | {"hs_detections": ", ".join(event.detection_ids)}
        record |= {"hs_observations": ", ".join(event.observation_ids)}
        words = words_of_images(opened.catalogue, opened.artifacts, event)
        record |= {"hs_images": "; ".join(map(str, words))} if words else {}
        if json_:
            as_json(record)
            return
        known = {name: value for name, value in record.items() if value not in (None, "")}
        table(("name", "value"), [(name, plain(value)) for name, value in known.items()])


def find_event(catalogue: Catalogue, beginning: str, *, revision: int | None = None) -> Event:
    """Return the event whose id is given, or begins so. Raises `NotFoundError` unless there is just one."""
    if len(beginning) >= _ID_LENGTH or len(beginning) < _SHORTEST or revision is not None:
        return catalogue.event(beginning, revision=revision)
    every = catalogue.search(EventQuery(reviewed=Reviewed.ANY, limit=1_000_000))
    found = [event for event in every if event.id.startswith(beginning)]
    if len(found) != 1:
        raise NotFoundError(f"{len(found) or 'no'} events begin with {beginning!r}")
    return found[0]


@events.command()
@_filters
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File; standard output if none.")
@home_option
def export(
    start: str | None, end: str | None, types: tuple[str, ...], detector: str | None, min_probability: float | None,
    reviewed: str, limit: int, form: str, output: Path | None, home: Path | None,
) -> None:  # fmt: skip
    """Write the events that fit, under HEK's names."""
    query = _query(start, end, types, detector, min_probability, reviewed, limit)
    with stores(home) as opened:
        found = list(opened.catalogue.search(query))
    if output is None:
        print_events(found, form=form)
        return
    try:
        output.write_text(written(found, form=form), encoding="utf-8")
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(output)) from None
    click.echo(f"wrote {counted(len(found), 'event')} to {output}", err=True)


@events.command()
@click.argument("key", metavar="EVENT_OR_OBSERVATION")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--space", metavar="NAME", help="Where to compare; by default the largest space that knows it.")
@home_option
@json_option
def similar(key: str, limit: int, space: str | None, home: Path | None, json_: bool) -> None:
    """Print the observations that look most like one."""
    with stores(home) as opened:
        wanted = find_event(opened.catalogue, key).id if key.startswith("evt-") else key
        print_alike(find_alike(opened.catalogue, opened.embeddings, wanted, space=space, limit=limit), json=json_)


@events.command()
@click.argument("event_id")
@home_option
def provenance(event_id: str, home: Path | None) -> None:
    """Print where an event comes from as W3C PROV JSON: inputs, detector, model, parameters, code, reviews."""
    with stores(home) as opened:
        event = find_event(opened.catalogue, event_id)
        as_json(prov_document(origins_of(opened.catalogue, opened.models, event.id)))
