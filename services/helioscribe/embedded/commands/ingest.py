"""``ingest``: files in, observations out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.embedded.console import as_json, at_home, end, home_option, json_option, paths_argument, platform
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.inputs.sequences import parse_cutout, sequence_inputs
from helioscribe.embedded.inputs.zarr import Choice
from helioscribe.embedded.runs import print_observations, run_inputs
from helioscribe.ingest.sources.zarr_files import is_zarr
from helioscribe.runtime.questions import span_between

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Embedded

__all__ = ["detect_option", "ingest"]

_LOOK_EVERY = 2.0

detect_option = click.option("--detect", is_flag=True, help="Also run all detectors on the files.")


@click.command()
@paths_argument
@click.option("--watch", is_flag=True, help="Keep watching the folders for new files until Ctrl-C.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    help="Zarr stores: only this channel, such as 171A; repeatable.",
)
@click.option(
    "--where",
    default="",
    metavar="EXPR",
    help="Zarr stores: only images whose header fits, such as 'EXPTIME < 2.0 and QUALITY == 0'.",
)
@click.option("--start", metavar="TIME", help="Zarr stores: earliest time, UTC.")
@click.option("--end", "until", metavar="TIME", help="Zarr stores: latest time, UTC.")
@click.option(
    "--cadence",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Zarr stores: time between images.",
)
@click.option(
    "--sequence",
    is_flag=True,
    help="Read all images of a folder, of a zarr channel, or of the files named, as one sequence.",
)
@click.option(
    "--cutout",
    default="",
    metavar="X,Y,W,H",
    help="With --sequence: cut out this field [arcsec]; it follows the Sun's rotation.",
)
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
    choice = Choice(
        channels=channels,
        where=where,
        span=span_between(start, until),
        cadence=cadence,
        cache=at_home(home) / "headers",
    )
    field = parse_cutout(cutout)
    if (channels or where or start or until or cadence) and not any(map(is_zarr, paths)):
        raise click.UsageError("--channel, --where, --start, --end and --cadence choose images of zarr stores")
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


def _watch(
    embedded: Embedded, folders: Sequence[Path], detectors: Sequence[str] | None, taken: Mapping[Path, tuple[int, int]]
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
