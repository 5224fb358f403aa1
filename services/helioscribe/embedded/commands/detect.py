"""``ingest`` and ``detect``: files in, events out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.embedded.console import (
    as_json,
    home_option,
    json_option,
    parse_parameters,
    platform,
    print_events,
    progress,
)

__all__ = ["detect", "ingest", "run_files"]

_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command()
@_paths
@home_option
@json_option
def ingest(paths: tuple[Path, ...], home: Path | None, json_: bool) -> None:
    """Read files or folders into observations and products."""
    with platform(home) as embedded:
        outcomes = run_files(embedded, _files(paths), detectors=(), parameters={}, quiet=json_)
        rows = [{"name": o.name, "observation_id": o.observation_id, "state": o.job.state.value} for o in outcomes]
        if json_:
            as_json(rows)
        else:
            for row in rows:
                click.echo(f"{row['state']:<8} {row['observation_id'] or '-':<37} {row['name']}")
        _finish(outcomes)


@click.command()
@_paths
@click.option("--detector", "-d", metavar="ID", help="Only this detector.")
@click.option("--param", "-p", "pairs", multiple=True, metavar="NAME=VALUE", help="A setting of that detector.")
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the detectors' tables and plots.",
)
@home_option
@json_option
def detect(
    paths: tuple[Path, ...],
    detector: str | None,
    pairs: tuple[str, ...],
    outputs: Path | None,
    home: Path | None,
    json_: bool,
) -> None:
    """Read files, run detectors on them, record and print the events."""
    parameters = parse_parameters(pairs)
    if parameters and detector is None:
        raise click.UsageError("--param needs --detector: parameters belong to one detector")
    files = _files(paths)
    with platform(home) as embedded:
        if detector is not None:
            embedded.host.manifest(detector).resolve_parameters(parameters)
        chosen = (detector,) if detector else None
        outcomes = run_files(embedded, files, detectors=chosen, parameters=parameters, quiet=json_)
        events = {event.id: event for outcome in outcomes for event in embedded.events(outcome)}
        wanted = [event for event in events.values() if detector is None or event.detector == detector]
        print_events(sorted(wanted, key=lambda event: (event.event_starttime, event.id)), json_=json_)
        if outputs is not None:
            _write_outputs(embedded, outcomes, outputs, quiet=json_)
        _finish(outcomes)


def run_files(
    embedded: Any,
    files: Sequence[Path],
    *,
    detectors: Sequence[str] | None,
    parameters: dict[str, Value],
    quiet: bool = False,
) -> list[Any]:
    """Take files in one after the other and wait for what becomes of each."""
    outcomes = []
    with progress(len(files), shown=not quiet) as step:
        for path in files:
            step(path.name)
            try:
                with path.open("rb") as data:
                    job = embedded.accept(data, name=path.name, detectors=detectors, parameters=parameters)
            except OSError as error:
                raise InvalidInputError.wrap(error, doing=str(path)) from None
            outcomes.append(embedded.wait(job))
    return outcomes


def _files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        elif path.is_file():
            files.append(path)
        else:
            raise InvalidInputError(f"{path}: no such file or folder")
    if not files:
        raise InvalidInputError(f"{paths[0]}: the folder holds no files")
    return files


def _write_outputs(embedded: Any, outcomes: Sequence[Any], folder: Path, *, quiet: bool) -> None:
    from helioscribe.embedded.outputs import write_outputs

    folder.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        for path in write_outputs(embedded, outcome, folder):
            if not quiet:
                click.echo(f"wrote {path}", err=True)


def _finish(outcomes: Sequence[Any]) -> None:
    failed = [job for outcome in outcomes for job in outcome.failed]
    for job in failed:
        click.echo(f"helioscribe: {job.error.message}", err=True)
    if failed:
        usage = all(job.error.code in ("invalid_input", "unsupported_input") for job in failed)
        raise click.exceptions.Exit(2 if usage else 1)
