"""Events for people in a terminal, and for programs as JSON or CSV under HEK's names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import click

from helioscribe.domain.event import Event, hek_record
from helioscribe.embedded.console import table
from helioscribe.web.wording import counted, moment, strength

__all__ = ["FORMATS", "print_events", "written"]

FORMATS = ("table", "json", "csv")
"""How events can be printed."""

_COLUMNS = ("type", "start UTC", "peak UTC", "end UTC", "class or peak", "prob", "seen by", "detector", "id")


def print_events(events: Sequence[Event], *, form: str) -> None:
    """Print events in one of `FORMATS`."""
    if form == "table":
        table(_COLUMNS, [_row(event) for event in events], title=counted(len(events), "event"))
    else:
        click.echo(written(events, form=form), nl=False)


def written(events: Sequence[Event], *, form: str) -> str:
    """Return events as text in ``json`` or ``csv``."""
    if form == "csv":
        return _as_csv(events)
    return json.dumps([hek_record(event) for event in events], indent=1, ensure_ascii=False) + "\n"


def _as_csv(events: Sequence[Event]) -> str:
    # One column for every name that any of them has.
    records = [hek_record(event) for event in events]
    names = list(dict.fromkeys(name for record in records for name in record)) or ["kb_archivid", "event_type"]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _row(event: Event) -> tuple[object, ...]:
    start, peak, end = map(moment, (event.event_starttime, event.event_peaktime, event.event_endtime))
    day = start[:11]  # times of the same day need no second date
    probability = "" if event.event_probability is None else f"{event.event_probability:.2f}"
    name = f"{event.id[:12]}{' (open)' if event.status == 'open' else ''}"
    return (
        event.event_type, start, peak.removeprefix(day), end.removeprefix(day), strength(event), probability,
        event.obs_instrument, event.detector, name,
    )  # fmt: skip
