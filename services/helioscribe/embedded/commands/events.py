"""``events``: the catalogue for people and scripts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import click

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.embedded.console import as_json, home_option, json_option, platform, print_events
from helioscribe.ports.catalogue import Catalogue, EventQuery

__all__ = ["events"]


@click.group()
def events() -> None:
    """Search, show and export the catalogue."""


def _filters(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True),
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
    limit: int,
) -> EventQuery:
    span = None
    if start or end:
        first = parse_utc(start) if start else datetime(1600, 1, 1, tzinfo=UTC)
        span = TimeRange(start=first, end=parse_utc(end) if end else datetime.now(UTC) + timedelta(days=3650))
    codes = tuple(code.upper() for code in types)
    return EventQuery(time_range=span, event_types=codes, detector=detector, probability=probability, limit=limit)


@events.command()
@_filters
@home_option
@json_option
def search(
    start: str | None, end: str | None, types: tuple[str, ...], detector: str | None, min_probability: float | None,
    limit: int, home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Print the events that fit."""
    query = _query(start, end, types, detector, min_probability, limit)
    with platform(home) as embedded:
        print_events(list(embedded.platform.catalogue.search(query)), json_=json_)


@events.command()
@click.argument("event_id")
@click.option("--revision", type=click.IntRange(1), help="As it was then.")
@home_option
@json_option
def show(event_id: str, revision: int | None, home: Path | None, json_: bool) -> None:
    """Print one event with everything that is known of it. The beginning of its id is enough."""
    with platform(home) as embedded:
        catalogue = embedded.platform.catalogue
        event = catalogue.event(_complete(catalogue, event_id), revision=revision)
        record = hek_record(event) | {"hs_detections": ", ".join(event.detection_ids)}
        record |= {"hs_observations": ", ".join(event.observation_ids)}
        if json_:
            as_json(record)
            return
        width = max(map(len, record))
        for name, value in record.items():
            if value not in (None, ""):
                click.echo(f"{name:<{width}}  {value}")


def _complete(catalogue: Catalogue, beginning: str) -> str:
    if len(beginning) < len("evt-") + 4 or len(beginning) >= len("evt-") + 32:
        return beginning
    found = [e.id for e in catalogue.search(EventQuery(limit=1_000_000)) if e.id.startswith(beginning)]
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} events begin with {beginning!r}")
    return found[0]


@events.command()
@_filters
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File; standard output if none.")
@home_option
def export(
    start: str | None, end: str | None, types: tuple[str, ...], detector: str | None, min_probability: float | None,
    limit: int, form: str, output: Path | None, home: Path | None,
) -> None:  # fmt: skip
    """Write the events that fit, under HEK's names."""
    query = _query(start, end, types, detector, min_probability, limit)
    with platform(home) as embedded, click.open_file(str(output or "-"), "w") as file:
        found = list(embedded.platform.catalogue.search(query))
        if form == "json":
            import json

            json.dump([hek_record(event) for event in found], file, indent=1, ensure_ascii=False)
            file.write("\n")
        else:
            _write_csv(found, file)
    if output is not None:
        click.echo(f"wrote {len(found)} events to {output}", err=True)


def _write_csv(found: Sequence[Event], file: IO[str]) -> None:
    records = [hek_record(event) for event in found]
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.DictWriter(file, names, restval="")
    writer.writeheader()
    writer.writerows(records)
