"""Events in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click

from helioscribe.domain.event import Event
from helioscribe.embedded.console import table
from helioscribe.runtime.formats.export import export
from helioscribe.web.wording import counted, moment, strength

__all__ = ["print_events"]

_COLUMNS = ("type", "start UTC", "peak UTC", "end UTC", "class or peak", "prob", "seen by", "detector", "id")


def print_events(events: Sequence[Event], *, form: str = "table") -> None:
    """Print events as a table for people, or in one of the `FORMATS` of files."""
    if form == "table":
        table(_COLUMNS, [_row(event) for event in events], title=counted(len(events), "event"))
        return
    for piece in export(events, form):
        click.echo(piece, nl=False)


def _row(event: Event) -> tuple[object, ...]:
    start, peak, end = map(moment, (event.event_starttime, event.event_peaktime, event.event_endtime))
    day = start[:11]  # times of the same day need no second date
    probability = "" if event.event_probability is None else f"{event.event_probability:.2f}"
    name = f"{event.id[:12]}{' (open)' if event.status == 'open' else ''}"
    return (
        event.event_type, start, peak.removeprefix(day), end.removeprefix(day), strength(event), probability,
        event.obs_instrument, event.detector, name,
    )  # fmt: skip
