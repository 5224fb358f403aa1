"""``plot``: a quick look at a file or an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.observation import Observation
from helioscribe.embedded.console import home_option, platform

__all__ = ["plot"]


@click.command()
@click.argument("what")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.png")
@home_option
def plot(what: str, output: Path, home: Path | None) -> None:
    """Draw a file, or the observation behind an event, with all events found in it."""
    from helioscribe.embedded.outputs import quick_look

    if output.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise InvalidInputError(f"{output}: expected a file that ends in .png, .pdf or .svg")
    with platform(home) as embedded:
        observation = _observation(embedded, what)
        if quick_look(embedded, observation, output) is None:
            raise InvalidInputError(f"{observation.name}: no quick look for {observation.product_kind} yet")
    click.echo(str(output))


def _observation(embedded: Any, what: str) -> Observation:
    from helioscribe.embedded.commands.detect import run_files

    if what.startswith("evt-"):
        event = embedded.platform.catalogue.event(what)
        return _known(embedded, event.observation_ids[-1])
    if not Path(what).is_file():
        raise InvalidInputError(f"{what}: neither a file nor the id of an event")
    outcome = run_files(embedded, [Path(what)], detectors=None, parameters={})[0]
    if not outcome.observation_id:
        raise InvalidInputError(outcome.job.error.message)
    return _known(embedded, outcome.observation_id)


def _known(embedded: Any, observation_id: str) -> Observation:
    observation: Observation = embedded.platform.catalogue.observation(observation_id)
    return observation
