"""``demo``: real observations through every detector."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.errors import HelioscribeError, UnavailableError
from helioscribe.embedded.commands.up import port_options, run_servers
from helioscribe.embedded.console import end, home_option, platform, progress
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.inputs.input import Input
from helioscribe.embedded.runs import print_outcomes, run_inputs
from helioscribe.runtime.wording import counted

if TYPE_CHECKING:
    from helioscribe.embedded.outcome import Outcome
    from helioscribe.embedded.platform import Embedded

__all__ = ["demo"]

_DATA = "HELIOSCRIBE_DATA"
_GOES = ("go1520110607.fits", "go1520120601.fits.gz")
_SHARED = (
    "stix_lightcurves/ql/*lightcurve*.fits*",
    "stix_lightcurves/ql_csv/stix_ql_lc_*.csv*",
    "magnetograms/fulldisk/mdi.fd_M*.fits",
    "magnetograms/fulldisk/hmi.M_720s*.fits",
    "aia_jets/sequences/seq_7044630*.fits",
)


@click.command()
@click.option("--no-serve", is_flag=True, help="Print the events and exit; start no server.")
@port_options
@home_option
def demo(no_serve: bool, http_port: int | None, grpc_port: int | None, home: Path | None) -> None:
    """Run real observations through every detector, print the events, then serve."""
    with platform(home) as embedded:
        outcomes = run_inputs(embedded, _observations(embedded.home), detectors=None, parameters={})
        click.echo()
        print_outcomes(embedded, outcomes)
        written = _draw(embedded, outcomes)
        click.echo(f"\ncatalogue {embedded.home / 'catalogue.sqlite'}\nartifacts {embedded.home / 'artifacts'}")
        click.echo(f"plots     {embedded.home / 'outputs'}  ({counted(written, 'file')})")
        if no_serve:
            end([error for outcome in outcomes for error in outcome.errors])
        else:
            run_servers(embedded, http_port=http_port, grpc_port=grpc_port)


def _observations(home: Path) -> list[Input]:
    bundled, shared = _bundled(), _shared()
    click.echo(f"{counted(len(bundled), 'observation')} of GOES that come with sunpy")
    if shared:
        click.echo(f"{counted(len(shared), 'file')} of {os.environ[_DATA]}")
    recent = _recent(home)
    return find_inputs([str(path) for path in (*bundled, *shared, *recent)])


def _bundled() -> list[Path]:
    # Found without importing sunpy, which takes seconds.
    spec = find_spec("sunpy")
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    return [path for folder in folders for name in _GOES if (path := Path(folder) / "data" / "test" / name).is_file()]


def _shared() -> list[Path]:
    """Return a choice of the development data, or else every file of the folder that the user named."""
    if not (named := os.environ.get(_DATA)):
        return []
    folder = Path(named).resolve()
    chosen = sorted(path for pattern in _SHARED for path in folder.glob(pattern))
    return chosen or sorted(path for path in folder.glob("[!.]*") if path.is_file())


def _recent(home: Path) -> list[Path]:
    from helioscribe.embedded.commands.fetch import latest_stix_day

    try:
        path = latest_stix_day(home / "downloads")
    except UnavailableError:
        click.echo("no recent day of STIX: the archive of the STIX data centre does not answer")
        return []
    except HelioscribeError as error:
        click.echo(f"no recent day of STIX: {error.message}")
        return []
    click.echo(f"{path.name} from the archive of the STIX data centre")
    return [path]


def _draw(embedded: Embedded, outcomes: Sequence[Outcome]) -> int:
    from helioscribe.embedded.outputs import write_outputs

    folder = embedded.home / "outputs"
    folder.mkdir(exist_ok=True)
    written = 0
    with progress(len(outcomes)) as tell:
        for number, outcome in enumerate(outcomes):
            tell(f"plots  {outcome.name}", number)
            try:
                written += len(write_outputs(embedded, outcome, folder))
            except HelioscribeError as error:
                click.echo(f"no plots of {outcome.name}: {error.message}", err=True)
    return written
