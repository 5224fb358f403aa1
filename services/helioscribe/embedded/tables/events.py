"""Printing events."""

from __future__ import annotations

from collections.abc import Sequence

import click

from helioscribe.domain.event import Event
from helioscribe.embedded.console import table
from helioscribe.runtime.formats.export import export
from helioscribe.runtime.wording import counted, moment, places, strength

__all__ = ["print_events"]

_COLUMNS = ("type", "start UTC", "peak UTC", "end UTC", "class or peak", "place", "prob", "seen by", "detector", "id")
_MAY_LACK = "place"  # light curves know none


def print_events(events: Sequence[Event], *, form: str = "table") -> None:
    """Print events as a table for people, or in one of the `FORMATS` of files."""
    if form == "table":
        columns = zip(_COLUMNS, *map(_row, events, places(events)), strict=True)
        names, *rows = zip(*(one for one in columns if one[0] != _MAY_LACK or any(one[1:])), strict=True)
        table(names, rows, title=counted(len(events), "event"))
        return
    for piece in export(events, form):
        click.echo(piece, nl=False)


def _row(event: Event, place: str) -> tuple[str, ...]:
    start, peak, end = map(moment, (event.event_starttime, event.event_peaktime, event.event_endtime))
    day = start[:11]  # times of the same day need no second date
    probability = "" if event.event_probability is None else f"{event.event_probability:.2f}"
    name = f"{event.id[:12]}{' (open)' if event.status == 'open' else ''}"
    return (
        event.event_type,
        start,
        peak.removeprefix(day),
        end.removeprefix(day),
        strength(event),
        place,
        probability,
        event.obs_instrument,
        event.detector or event.frm_name,
        name,
    )
