"""Running files through the embedded platform, and printing the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import JobError
from helioscribe.embedded.console import progress, table
from helioscribe.embedded.inputs.input import Input
from helioscribe.embedded.outcome import Accepted, Outcome

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Embedded

__all__ = ["print_observations", "print_outcomes", "run_inputs"]


def run_inputs(
    embedded: Embedded,
    inputs: Sequence[Input],
    *,
    detectors: Sequence[str] | None,
    parameters: dict[str, Value],
    quiet: bool = False,
) -> list[Outcome]:
    """Process files and wait for the outcome of each; a bad file does not stop the others."""
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
        if item.lost:
            return embedded.refuse(item.name, error)
        return Outcome(name=item.name, errors=(JobError(code=error.code, message=error.message),))


def print_observations(outcomes: Sequence[Outcome]) -> None:
    """Print the observation id of each file."""
    table(("observation", "file"), [(outcome.observation_id or "-", outcome.name) for outcome in outcomes])


def print_outcomes(
    embedded: Embedded, outcomes: Sequence[Outcome], *, detector: str | None = None, form: str = "table"
) -> None:
    """Print the events that were found in some files."""
    from helioscribe.embedded.tables.events import print_events

    found = {event.id: event for outcome in outcomes for event in embedded.events(outcome)}
    wanted = [event for event in found.values() if detector is None or event.detector == detector]
    print_events(sorted(wanted, key=lambda event: (event.event_starttime, event.id)), form=form)
