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
_YOUNGEST, _OLDEST = 2, 14
"""Days back from today; a day comes to the archive when the spacecraft has sent it."""

_PATIENCE = 4.0
"""How long the demo waits for the archive [s]."""


@click.command()
@click.argument("source", type=click.Choice(list(_PRODUCTS)))
@click.option("--start", required=True, metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", required=True, metavar="TIME", help="Latest time, UTC.")
@detect_option
@home_option
def fetch(source: str, start: str, until: str, detect: bool, home: Path | None) -> None:
    """Get what a SOURCE has of a span of time, and ingest it. What is here already is not fetched again."""
    from helioscribe.ingest.sources.stix_archive import StixArchive

    archive = StixArchive()
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
    """Bring the newest day of STIX light curves that the archive has into a folder; gives up when it is silent.

    Raises
    ------
    UnavailableError
        If the archive does not answer.
    NotFoundError
        If it has none.
    """
    from helioscribe.ingest.sources.stix_archive import StixArchive

    archive = StixArchive(timeout=_PATIENCE)
    today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(_YOUNGEST, _OLDEST):
        day = today - timedelta(days=back)
        for record in archive.search(_PRODUCTS["stix"], TimeRange(start=day, end=day + timedelta(hours=23))):
            return archive.fetch(record, folder)
    raise NotFoundError(f"the archive has none of the last {_OLDEST} days")
