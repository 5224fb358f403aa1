"""``ingest`` and ``detect``: files in, events out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Value
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.output import OutputWish
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.console import (
    as_json,
    at_home,
    end,
    home_option,
    json_option,
    param_option,
    parse_parameters,
    platform,
    progress,
    table,
)
from helioscribe.embedded.input_file import Input
from helioscribe.embedded.inputs import find_inputs
from helioscribe.embedded.sequence_inputs import parse_cutout, sequence_inputs
from helioscribe.embedded.zarr_inputs import Choice
from helioscribe.ingest.sources.zarr_files import is_zarr

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Accepted, Embedded, Outcome

__all__ = ["detect", "detect_option", "ingest", "print_observations", "print_outcomes", "run_inputs"]

_LOOK_EVERY = 2.0
_FIRST, _LAST = "1900-01-01", "2200-01-01"

_paths = click.argument("paths", nargs=-1, required=True, metavar="PATH_OR_URL...")
detect_option = click.option("--detect", is_flag=True, help="Run all detectors on them, too.")


@click.command()
@_paths
@click.option("--watch", is_flag=True, help="Go on taking new files in folders until Ctrl-C.")
@click.option("--channel", "channels", multiple=True, metavar="NAME", help="Of zarr stores, such as 171A; repeatable.")
@click.option("--where", default="", metavar="EXPR", help="Of zarr stores, such as 'EXPTIME < 2.0 and QUALITY == 0'.")
@click.option("--start", metavar="TIME", help="Of zarr stores: earliest time, UTC.")
@click.option("--end", "until", metavar="TIME", help="Of zarr stores: latest time, UTC.")
@click.option("--cadence", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="One image in so long.")
@click.option("--sequence", is_flag=True, help="Frames of a folder or channel are one sequence, as are single files.")
@click.option("--cutout", default="", metavar="X,Y,W,H", help="Of sequences: the field [arcsec]; follows the rotation.")
@detect_option
@home_option
@json_option
def ingest(
    paths: tuple[str, ...],
    watch: bool,
    channels: tuple[str, ...],
    where: str,
    start: str | None,
    until: str | None,
    cadence: float | None,
    sequence: bool,
    cutout: str,
    detect: bool,
    home: Path | None,
    json_: bool,
) -> None:
    """Read files, folders, zarr stores or addresses into observations and products.

    A zarr store in the layout of the SDO ML dataset is a folder, https://HOST/PATH.zarr or s3://BUCKET/PATH.zarr.
    """
    detectors = None if detect else ()
    span = TimeRange.of(start or _FIRST, until or _LAST) if start or until else None
    choice = Choice(channels=channels, where=where, span=span, cadence=cadence, cache=at_home(home) / "headers")
    field = parse_cutout(cutout)
    if not sequence and field:
        raise click.UsageError("--cutout needs --sequence")
    if sequence and watch:
        raise click.UsageError("--watch takes single files, not sequences")
    folders = [Path(path) for path in paths if Path(path).is_dir() and not is_zarr(path)]
    with platform(home) as embedded:
        # What comes from here on is new to the watch, also while the first files are read.
        taken = _stamps(folders)
        inputs = sequence_inputs(paths, choice, cutout=field) if sequence else find_inputs(paths, choice)
        outcomes = run_inputs(embedded, inputs, detectors=detectors, parameters={}, quiet=json_)
        if json_:
            as_json([{"observation_id": o.observation_id, "name": o.name} for o in outcomes])
        else:
            print_observations(outcomes)
        if watch:
            _watch(embedded, folders, detectors, taken)
        end([error for outcome in outcomes for error in outcome.errors])


def print_observations(outcomes: Sequence[Outcome]) -> None:
    """Print which file became which observation."""
    table(("observation", "file"), [(outcome.observation_id or "-", outcome.name) for outcome in outcomes])


@click.command()
@_paths
@click.option("--detector", "-d", metavar="ID", help="Only this detector.")
@param_option
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write light curves, and the detectors' own tables and plots.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("png", "csv"),
    type=click.Choice(("png", "svg", "pdf", "csv")),
    help="With --outputs: of pictures and tables; repeatable.  [default: png, csv]",
)
@click.option("--dpi", type=click.IntRange(20, 600), default=150, show_default=True, help="With --outputs.")
@click.option("--film", is_flag=True, help="With --outputs: join the pictures of each detector into a GIF, by time.")
@home_option
@json_option
def detect(
    paths: tuple[str, ...],
    detector: str | None,
    pairs: tuple[str, ...],
    outputs: Path | None,
    formats: tuple[str, ...],
    dpi: int,
    film: bool,
    home: Path | None,
    json_: bool,
) -> None:
    """Read files, run detectors on them, record and print the events."""
    parameters = parse_parameters(pairs)
    if parameters and detector is None:
        raise click.UsageError("--param needs --detector: parameters belong to one detector")
    if film and (outputs is None or "png" not in formats):
        raise click.UsageError("--film needs --outputs with PNG: it joins what is written there")
    inputs = find_inputs(paths)
    with platform(home) as embedded:
        if detector is not None:
            embedded.host.manifest(detector).resolve_parameters(parameters)
        chosen = (detector,) if detector else None
        outcomes = run_inputs(embedded, inputs, detectors=chosen, parameters=parameters, quiet=json_)
        if json_ or any(outcome.observation_id for outcome in outcomes):
            print_outcomes(embedded, outcomes, detector=detector, form="json" if json_ else "table")
        for outcome in outcomes:
            for reason in _unseen(embedded, outcome, detector):
                click.echo(f"helioscribe: {outcome.name}: {reason}", err=True)
        if outputs is not None:
            _write_outputs(embedded, outcomes, outputs, wish=OutputWish(formats=formats, dpi=dpi), film=film)
        end([error for outcome in outcomes for error in outcome.errors])


def _unseen(embedded: Embedded, outcome: Outcome, detector: str | None) -> list[str]:
    """Return why a detector has seen nothing of a file: no events are not the same as no event."""
    if outcome.skipped or not outcome.observation_id:
        return [outcome.skipped] if outcome.skipped else []
    spans = embedded.platform.catalogue.coverage(detector=detector, observation_id=outcome.observation_id)
    seen = {one.detector for one in spans if one.span.state is not CoverageState.NOT_OBSERVED}
    unseen = (one for one in spans if one.detector not in seen)
    return list(dict.fromkeys(f"{one.detector} could not look: {one.span.reason}" for one in unseen))


def run_inputs(
    embedded: Embedded,
    inputs: Sequence[Input],
    *,
    detectors: Sequence[str] | None,
    parameters: dict[str, Value],
    quiet: bool = False,
) -> list[Outcome]:
    """Take files in and wait for what becomes of each; a bad one does not stop the others."""
    from helioscribe.embedded.platform import Accepted

    started: list[Accepted | Outcome] = []
    outcomes: list[Outcome] = []
    with progress(len(inputs), shown=not quiet) as tell:
        for item in inputs:
            tell(item.name, 0)
            started.append(_accept(embedded, item, detectors, parameters))
        for number, begun in enumerate(started):
            name = inputs[number].name
            tell(name, number)
            if isinstance(begun, Accepted):
                told = partial(_tell, tell, name, number)
                outcomes.append(embedded.wait(begun, progress=told))
            else:
                outcomes.append(begun)
    return outcomes


def _tell(tell: Callable[[str, float], None], name: str, done: int, step: str, share: float) -> None:
    tell(f"{step}  {name}", done + share)


def _accept(
    embedded: Embedded, item: Input, detectors: Sequence[str] | None, parameters: dict[str, Value]
) -> Accepted | Outcome:
    try:
        with item.open() as data:
            return embedded.accept(
                data, name=item.name, archive=item.archive, detectors=detectors, parameters=parameters
            )
    except HelioscribeError as error:
        return embedded.refuse(item.name, error)


def print_outcomes(
    embedded: Embedded, outcomes: Sequence[Outcome], *, detector: str | None = None, form: str = "table"
) -> None:
    """Print the events that rest on some files."""
    from helioscribe.embedded.event_table import print_events

    found = {event.id: event for outcome in outcomes for event in embedded.events(outcome)}
    wanted = [event for event in found.values() if detector is None or event.detector == detector]
    print_events(sorted(wanted, key=lambda event: (event.event_starttime, event.id)), form=form)


def _write_outputs(
    embedded: Embedded, outcomes: Sequence[Outcome], folder: Path, *, wish: OutputWish, film: bool
) -> None:
    from helioscribe.embedded.outputs import write_films, write_outputs

    folder.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        for path in write_outputs(embedded, outcome, folder, wish=wish):
            click.echo(f"wrote {path}", err=True)
    for path in write_films(embedded, outcomes, folder) if film else ():
        click.echo(f"wrote {path}", err=True)


def _watch(
    embedded: Embedded,
    folders: Sequence[Path],
    detectors: Sequence[str] | None,
    taken: Mapping[Path, tuple[int, int]],
) -> None:
    if not folders:
        raise click.UsageError("--watch needs a folder to look into")
    click.echo(f"watching {', '.join(map(str, folders))}; stop with Ctrl-C", err=True)
    taken, before = dict(taken), _stamps(folders)
    while True:
        time.sleep(_LOOK_EVERY)
        now = _stamps(folders)
        # A file is taken once it has stopped growing.
        ready = {path: stamp for path, stamp in now.items() if taken.get(path) != stamp and before.get(path) == stamp}
        if ready:
            inputs = find_inputs([str(path) for path in ready])
            outcomes = run_inputs(embedded, inputs, detectors=detectors, parameters={}, quiet=True)
            print_observations(outcomes)
            for error in (error for outcome in outcomes for error in outcome.errors):
                click.echo(f"helioscribe: {error.message}", err=True)
        taken, before = taken | ready, now


def _stamps(folders: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    stamps = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if not path.name.startswith(".") and path.is_file():
                status = path.stat()
                stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps
