"""``demo``: real observations through every detector."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.errors import HelioscribeError
from helioscribe.embedded.console import home_option, platform, print_events

__all__ = ["demo"]

_GOES = ("go1520110607.fits", "go1520120601.fits.gz")
_STIX = ("stix_lightcurves/ql/*lightcurve*.fits*", "stix_lightcurves/ql_csv/stix_ql_lc_*.csv*")


@click.command()
@click.option("--no-serve", is_flag=True, help="End when the events are printed.")
@click.option("--http-port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=50051, show_default=True)
@home_option
def demo(no_serve: bool, http_port: int, grpc_port: int, home: Path | None) -> None:
    """Run real observations through every detector, print the events, then serve."""
    from helioscribe.embedded.commands.detect import run_files
    from helioscribe.embedded.commands.up import serve

    with platform(home) as embedded:
        files = _bundled() + _shared()
        click.echo(f"{len(files)} observations: {len(_bundled())} that come with sunpy, {len(_shared())} from STIX")
        outcomes = run_files(embedded, files, detectors=None, parameters={})
        events = {event.id: event for outcome in outcomes for event in embedded.events(outcome)}
        print_events(sorted(events.values(), key=lambda event: event.event_starttime), json_=False)
        for outcome in outcomes:
            for job in outcome.failed:
                click.echo(f"failed: {job.error.message}" if job.error else outcome.name)
        _tell(embedded, outcomes)
        if not no_serve:
            serve(embedded, http_port=http_port, grpc_port=grpc_port)


def _bundled() -> list[Path]:
    # Found without importing sunpy, which takes seconds.
    spec = find_spec("sunpy")
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    return [path for folder in folders for name in _GOES if (path := Path(folder) / "data" / "test" / name).is_file()]


def _shared() -> list[Path]:
    folder = Path(os.environ.get("HELIOSCRIBE_DATA", Path.cwd().parent / "shared" / "data"))
    return sorted(path for pattern in _STIX for path in folder.glob(pattern))


def _tell(embedded: Any, outcomes: list[Any]) -> None:
    from helioscribe.embedded.outputs import quick_look, write_outputs

    folder = embedded.home / "outputs"
    folder.mkdir(exist_ok=True)
    click.echo(f"\ncatalogue  {embedded.home / 'catalogue.sqlite'}\nartifacts  {embedded.home / 'artifacts'}")
    for outcome in outcomes:
        if not outcome.observation_id:
            continue
        try:
            observation = embedded.platform.catalogue.observation(outcome.observation_id)
            quick_look(embedded, observation, folder / f"{outcome.name.split('.')[0]}.png")
            write_outputs(embedded, outcome, folder)
        except HelioscribeError as error:
            click.echo(f"no plot of {outcome.name}: {error.message}", err=True)
    click.echo(f"plots      {folder}  ({len(list(folder.iterdir()))} files)")
