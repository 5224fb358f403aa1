"""``detect``: files in, events out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.output import OutputWish
from helioscribe.embedded.console import (
    end,
    home_option,
    json_option,
    output_folder,
    param_option,
    parse_parameters,
    paths_argument,
    platform,
)
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.runs import print_outcomes, run_inputs

if TYPE_CHECKING:
    from helioscribe.embedded.outcome import Outcome
    from helioscribe.embedded.platform import Embedded

__all__ = ["detect"]


@click.command()
@paths_argument
@click.option(
    "--detector", "-d", metavar="ID", help="Run only this detector; by default every detector that reads the file."
)
@param_option
@output_folder("Folder for plots of the data, and for the detectors' own tables and plots.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("png", "csv"),
    type=click.Choice(("png", "svg", "pdf", "csv")),
    help="With --output: formats of pictures and tables; repeatable.  [default: png, csv]",
)
@click.option(
    "--dpi",
    type=click.IntRange(20, 600),
    default=150,
    show_default=True,
    help="With --output: resolution of the pictures.",
)
@click.option(
    "--film", is_flag=True, help="With --output: join the pictures of each detector into a GIF, in order of time."
)
@home_option
@json_option
def detect(
    paths: tuple[str, ...],
    detector: str | None,
    pairs: tuple[str, ...],
    output: Path | None,
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
    if film and (output is None or "png" not in formats):
        raise click.UsageError("--film needs --output with PNG: it joins what is written there")
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
        if output is not None:
            _write_outputs(embedded, outcomes, output, wish=OutputWish(formats=formats, dpi=dpi), film=film)
        end([error for outcome in outcomes for error in outcome.errors])


def _unseen(embedded: Embedded, outcome: Outcome, detector: str | None) -> list[str]:
    """Return why a detector has seen nothing of a file: no events are not the same as no event."""
    if outcome.skipped or not outcome.observation_id:
        return [outcome.skipped] if outcome.skipped else []
    spans = embedded.platform.catalogue.coverage(detector=detector, observation_id=outcome.observation_id)
    seen = {one.detector for one in spans if one.span.state is not CoverageState.NOT_OBSERVED}
    unseen = (one for one in spans if one.detector not in seen)
    return list(dict.fromkeys(f"{one.detector} could not look: {one.span.reason}" for one in unseen))


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
