"""``fetch``: observations from their archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.embedded.commands.detect import detect_option, print_observations, run_inputs
from helioscribe.embedded.console import end, home_option, platform, progress
from helioscribe.embedded.inputs import find_inputs

__all__ = ["fetch", "latest_stix_day"]

_PRODUCTS = {"stix": "stix-ql-lightcurve"}
_RECENT = timedelta(days=400)
"""Science products come to the archive months after they were taken."""

_PATIENCE = 4.0


@click.command()
@click.argument("source", type=click.Choice(list(_PRODUCTS)))
@click.option("--start", required=True, metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", required=True, metavar="TIME", help="Latest time, UTC.")
@detect_option
@home_option
def fetch(source: str, start: str, until: str, detect: bool, home: Path | None) -> None:
    """Get what a SOURCE has of a span of time, and ingest it. What is here already is not fetched again."""
    from helioscribe.ingest.sources.soar import Soar

    archive = Soar()
    span = TimeRange.of(start, until)
    with platform(home) as embedded:
        records = list(archive.search(_PRODUCTS[source], span))
        paths = []
        with progress(len(records)) as tell:
            for number, record in enumerate(records):
                tell(record.name, number)
                paths.append(archive.fetch(record, embedded.home / "downloads"))
        if not paths:
            raise NotFoundError(f"the archive has no {_PRODUCTS[source]} from {start} to {until}")
        detectors = None if detect else ()
        outcomes = run_inputs(embedded, find_inputs([str(path) for path in paths]), detectors=detectors, parameters={})
        print_observations(outcomes)
        end([error for outcome in outcomes for error in outcome.errors])


def latest_stix_day(folder: Path) -> Path:
    """Bring the newest day of STIX light curves that the archive has into a folder; gives up after a few seconds.

    Raises
    ------
    UnavailableError
        If the archive does not answer.
    NotFoundError
        If it has none.
    """
    from helioscribe.ingest.sources.soar import Soar

    now = utc_now()
    archive = Soar(timeout=_PATIENCE)
    found = list(archive.search(_PRODUCTS["stix"], TimeRange(start=now - _RECENT, end=now)))
    if not found:
        raise NotFoundError("the Solar Orbiter archive has none")
    return archive.fetch(found[-1], folder)
