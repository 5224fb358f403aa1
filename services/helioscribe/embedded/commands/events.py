"""``events``: the catalogue for people and scripts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.happening import group_happenings
from helioscribe.domain.prov_document import prov_document
from helioscribe.domain.query import CountBy, EventQuery
from helioscribe.domain.review import SubjectKind
from helioscribe.embedded.commands.events_exchange import import_, pull, retract_, write_events
from helioscribe.embedded.commands.events_relations import relate_, relations
from helioscribe.embedded.console import (
    Commands,
    as_json,
    home_option,
    json_option,
    limit_option,
    output_file,
    stores,
    table,
)
from helioscribe.embedded.event_filters import event_filters, event_order
from helioscribe.embedded.tables.events import print_events
from helioscribe.embedded.tables.happenings import print_happenings
from helioscribe.embedded.tables.images import print_alike
from helioscribe.runtime.companions import words_of_images
from helioscribe.runtime.formats.export import FORMATS
from helioscribe.runtime.named_event import find_event
from helioscribe.runtime.origins import origins_of
from helioscribe.runtime.questions import event_query
from helioscribe.runtime.rethreshold import at_threshold
from helioscribe.runtime.similarity import find_alike
from helioscribe.runtime.wording import counted, plain

__all__ = ["events"]


@click.group(cls=Commands)
def events() -> None:
    """Search, show, import and export the catalogue."""


@events.command()
@event_filters
@event_order
@click.option(
    "--threshold",
    type=float,
    help="Show the events that this threshold would give, from stored scores; needs one --detector.",
)
@click.option(
    "--scores",
    "column",
    default="",
    metavar="NAME",
    help="With --threshold: which of the detector's scores; the combined one by default.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *FORMATS]),
    default="table",
    show_default=True,
    help="A table for people, or one of the formats of `events export`.",
)
@home_option
@json_option
def search(threshold: float | None, column: str, form: str, home: Path | None, json_: bool, **filters: Any) -> None:
    """Print the events that match."""
    query, form = event_query(**filters), "json" if json_ else form
    with stores(home) as opened:
        if threshold is None:
            found: Iterable[Event] = opened.catalogue.search(query)
        else:
            found = at_threshold(opened.catalogue, opened.artifacts, query, threshold, column=column)
        if form == "table":
            listed = list(found)
            number = len(listed)
            print_events(listed)
        else:
            number = write_events(found, form, None, opened=opened)
    _say_if_cut(number, query)


@events.command()
@event_filters
@event_order
@home_option
@json_option
def happenings(home: Path | None, json_: bool, **filters: Any) -> None:
    """Print the events that match, grouped into happenings: records of one event by several methods or viewpoints."""
    query = event_query(**filters)
    with stores(home) as opened:
        print_happenings(group_happenings(opened.catalogue.search(query)), json=json_)


@events.command()
@event_filters
@click.option(
    "--by",
    type=click.Choice([one.value for one in CountBy]),
    multiple=True,
    default=["event_type"],
    show_default=True,
    help="Count separately by this; repeatable.",
)
@home_option
@json_option
def count(by: tuple[str, ...], home: Path | None, json_: bool, **filters: Any) -> None:
    """Count the events that match."""
    query, groups = event_query(**filters), tuple(map(CountBy, by))
    with stores(home) as opened:
        found = sorted(opened.catalogue.counts(query, by=groups).items())
    if json_:
        as_json([dict(zip(by, keys, strict=True)) | {"events": number} for keys, number in found])
        return
    table((*by, "events"), [(*keys, number) for keys, number in found])


@events.command()
@click.argument("event_id", metavar="EVENT")
@click.option("--revision", type=click.IntRange(1), help="Show this revision instead of the newest.")
@home_option
@json_option
def show(event_id: str, revision: int | None, home: Path | None, json_: bool) -> None:
    """Print all that is known of EVENT; the beginning of its id is enough."""
    with stores(home) as opened:
        event = find_event(opened.catalogue, event_id, revision=revision)
        record = hek_record(event) | {"hs_detections": ", ".join(event.detection_ids)}
        record |= {"hs_observations": ", ".join(event.observation_ids)}
        words = words_of_images(opened.catalogue, opened.artifacts, event)
        record |= {"hs_images": "; ".join(map(str, words))} if words else {}
        reviewed = opened.catalogue.standings(SubjectKind.EVENT, subjects=[event.id])
        record |= {"hs_reviewed": str(reviewed[0])} if reviewed else {}
        if json_:
            as_json(record)
            return
        known = {name: value for name, value in record.items() if value not in (None, "")}
        table(("name", "value"), [(name, plain(value)) for name, value in known.items()])


@events.command()
@event_filters
@event_order
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="csv",
    show_default=True,
    help="Format: a table, JSON with HEK's names, JSON as HEK's server answers, or VOEvents.",
)
@output_file("FILE", "File to write to; standard output by default.")
@home_option
def export(form: str, output: Path | None, home: Path | None, **filters: Any) -> None:
    """Write the events that match as a table, as JSON with HEK's names or as HEK's server answers, or as VOEvents."""
    query = event_query(**filters)
    with stores(home) as opened:
        number = write_events(opened.catalogue.search(query), form, output, opened=opened)
    if output is not None:
        click.echo(f"wrote {counted(number, 'event')} to {output}", err=True)
    _say_if_cut(number, query)


def _say_if_cut(number: int, query: EventQuery) -> None:
    if number >= query.limit:
        click.echo(f"helioscribe: there may be more than these {number:,}; --limit takes more", err=True)


@events.command()
@click.argument("key", metavar="EVENT_OR_OBSERVATION")
@limit_option(10, most=1000)
@click.option(
    "--space",
    metavar="NAME",
    help="Embedding space to compare in; by default the largest one that holds the observation.",
)
@home_option
@json_option
def similar(key: str, limit: int, space: str | None, home: Path | None, json_: bool) -> None:
    """Print the observations that look most like the one given, or like that of an event."""
    with stores(home) as opened:
        wanted = find_event(opened.catalogue, key).id if key.startswith("evt-") else key
        print_alike(find_alike(opened.catalogue, opened.embeddings, wanted, space=space, limit=limit), json=json_)


@events.command()
@click.argument("event_id", metavar="EVENT")
@home_option
def provenance(event_id: str, home: Path | None) -> None:
    """Print the provenance of EVENT as W3C PROV JSON: inputs, detector, model, parameters, code and reviews."""
    with stores(home) as opened:
        event = find_event(opened.catalogue, event_id)
        as_json(prov_document(origins_of(opened.catalogue, opened.models, event.id)))


for _command in (import_, pull, retract_, relate_, relations):
    events.add_command(_command)
