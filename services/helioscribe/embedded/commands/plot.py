"""``plot``: a quick look at a file, an observation or an event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.embedded.console import end, home_option, output_file, platform

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Embedded

__all__ = ["plot"]

_FORMATS = (".png", ".pdf", ".svg", ".gif")


@click.command()
@click.argument("what", metavar="PATH_OR_EVENT")
@output_file("FILE.png", "File to write; its ending chooses the format: .png, .pdf, .svg or .gif.", required=True)
@click.option("--dark", is_flag=True, help="Draw on a dark background.")
@home_option
def plot(what: str, output: Path, dark: bool, home: Path | None) -> None:
    """Draw a file with all events found in it, or one event enlarged; a sequence of images can become a GIF."""
    from helioscribe.embedded.outputs import write_picture

    if output.suffix.lower() not in _FORMATS:
        raise InvalidInputError(f"{output}: expected a name that ends in {', '.join(_FORMATS)}")
    with platform(home) as embedded:
        observation, event = _find(embedded, what)
        write_picture(embedded, observation, output, event=event, dark=dark)
    click.echo(f"wrote {output}", err=True)


def _find(embedded: Embedded, what: str) -> tuple[Observation, Event | None]:
    from helioscribe.embedded.inputs.files import find_inputs
    from helioscribe.embedded.runs import run_inputs
    from helioscribe.runtime.named_event import find_event

    catalogue = embedded.platform.catalogue
    if what.startswith("evt-"):
        event = find_event(catalogue, what)
        if not event.observation_ids:
            raise InvalidInputError(f"{what} rests on no observation of this catalogue")
        return catalogue.observation(event.observation_ids[-1]), event
    if what.startswith("obs-"):
        return catalogue.observation(what), None
    outcome = run_inputs(embedded, find_inputs([what])[:1], detectors=None, parameters={})[0]
    if not outcome.observation_id:
        end(outcome.errors)
    return catalogue.observation(outcome.observation_id), None
