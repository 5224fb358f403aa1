"""``coverage``: what was looked at, so that "no event" means something."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.coverage_report import Interval, intervals
from helioscribe.embedded.console import as_json, home_option, json_option, stores, table
from helioscribe.embedded.tables.events import print_events
from helioscribe.runtime.nothing_reported import nothing_reported as quiet
from helioscribe.runtime.questions import span_between
from helioscribe.runtime.wording import lasting, moment

__all__ = ["coverage"]


@click.command()
@click.option("--detector", metavar="ID", help="Only this detector.")
@click.option("--start", metavar="TIME", help="Earliest time, UTC at the observer.")
@click.option("--end", metavar="TIME", help="Latest time, UTC at the observer.")
@click.option(
    "--state",
    "states",
    type=click.Choice([one.value for one in CoverageState]),
    multiple=True,
    help="Only spans in this state; repeatable.",
)
@click.option(
    "--nothing-reported",
    is_flag=True,
    help="Print the spans without events as HEK records of class NR (nothing reported).",
)
@home_option
@json_option
def coverage(
    detector: str | None,
    start: str | None,
    end: str | None,
    states: tuple[str, ...],
    nothing_reported: bool,
    home: Path | None,
    json_: bool,
) -> None:
    """Print the state of every span of time: processed, nothing found, not observed or failed."""
    span = span_between(start, end)
    with stores(home) as opened:
        if nothing_reported:
            records = list(quiet(opened.catalogue, detector=detector, time_range=span))
            print_events(records, form="json" if json_ else "table")
            return
        found = opened.catalogue.coverage(detector=detector, time_range=span)
    told = intervals(found, span if start and end else None, states=tuple(map(CoverageState, states)))
    if json_:
        as_json([one.record() for one in told])
        return
    table(("detector", "instrument", "start UTC", "end UTC", "lasts", "state", "reason"), [_row(one) for one in told])


def _row(one: Interval) -> tuple[object, ...]:
    start, end = moment(one.time_range.start), moment(one.time_range.end)
    state = one.state.value.replace("_", " ")
    return one.detector, one.instrument, start, end, lasting(one.time_range.duration), state, one.reason
