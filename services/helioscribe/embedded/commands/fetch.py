"""``fetch``: observations from their archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.embedded.commands.ingest import detect_option
from helioscribe.embedded.console import end, home_option, platform, progress
from helioscribe.embedded.inputs.archives import ImageSource
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.inputs.jets import CADENCE, CHANNEL, FIELD, MINUTES, fetch_sequences
from helioscribe.embedded.runs import print_observations, run_inputs
from helioscribe.ports.archive import Archive, ArchiveRecord, Delivery

if TYPE_CHECKING:
    from helioscribe.embedded.platform import Embedded
    from helioscribe.ingest.sources.jsoc import CutOut

__all__ = ["fetch", "latest_stix_day"]

_STIX = "stix-ql-lightcurve"
_DEFAULT = {"stix": "ql-lightcurve", "aia": "171", "hmi": "magnetogram"}
_YOUNGEST, _OLDEST = 2, 14
"""Days back from today; a day comes to the archive when the spacecraft has sent it."""

_PATIENCE = 4.0
"""How long the demo waits for the archive [s]."""


@click.command()
@click.argument("source", type=click.Choice(list(_DEFAULT)))
@click.option("--start", metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", metavar="TIME", help="Latest time, UTC.")
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Table of times and positions; for each row, a sequence of cut-outs is fetched from JSOC.",
)
@click.option(
    "--minutes", type=click.FloatRange(1, 1440), default=MINUTES, help="With --catalogue: length of each sequence."
)
@click.option(
    "--field",
    type=click.FloatRange(20, 2500),
    default=FIELD,
    help="With --catalogue: width and height of each cut-out [arcsec].",
)
@click.option(
    "--channel", "channels", multiple=True, metavar="NAME", help="Channel, such as 171 or magnetogram; repeatable."
)
@click.option("--cadence", type=click.FloatRange(min=1), metavar="SECONDS", help="Time between images.")
@click.option(
    "--cutout",
    metavar="X,Y,WIDTH,HEIGHT",
    help="Only a part of the disk: its centre and size, in arcsec west and north of the Sun's centre.",
)
@click.option("--track", is_flag=True, help="Let the cut-out follow the Sun's rotation.")
@click.option("--email", default="", help="Address registered at JSOC; HELIOSCRIBE_JSOC_EMAIL by default.")
@click.option(
    "--provider",
    type=click.Choice(["auto", "jsoc", "fido"]),
    default="auto",
    help="Source of images; auto is JSOC with an --email, and sunpy's Fido without one or if JSOC is down.",
)
@detect_option
@home_option
def fetch(
    source: str,
    start: str | None,
    until: str | None,
    catalogue: Path | None,
    minutes: float,
    field: float,
    channels: tuple[str, ...],
    cadence: float | None,
    cutout: str | None,
    track: bool,
    email: str,
    provider: str,
    detect: bool,
    home: Path | None,
) -> None:
    """Download the observations of a span of time from SOURCE and ingest them.

    What is here already is not fetched again, and what an interrupted command began is gone on with.
    """
    if source == "stix" and (channels or cadence or cutout or catalogue):
        raise click.UsageError("--channel, --cadence, --cutout and --catalogue are for images")
    if catalogue is None and (start is None or until is None):
        raise click.UsageError("expected --start and --end, or --catalogue")
    with platform(home) as embedded:
        asked = ImageSource(
            email=email or embedded.settings.jsoc_email,
            server=embedded.settings.jsoc_server,
            provider=provider,
            cadence=cadence,
        )
        detectors = None if detect else ()
        if catalogue is not None:
            _catalogue(embedded, catalogue, source, channels, asked, detectors, minutes=minutes, field=field)
            return
        span = TimeRange.of(start or "", until or "")
        part = _cutout(cutout, span, track=track) if cutout else None
        archive = _archive(source, asked, part)
        products = [f"{source}-{channel}" for channel in channels or (_DEFAULT[source],)]
        _span(embedded, archive, products, span, detectors)


def _archive(source: str, asked: ImageSource, part: CutOut | None) -> Archive:
    from helioscribe.ingest.sources import stix_archive

    return stix_archive.StixArchive() if source == "stix" else asked.archive(part)


def _span(
    embedded: Embedded, archive: Archive, products: Sequence[str], span: TimeRange, detectors: Sequence[str] | None
) -> None:
    records = [record for product in products for record in archive.search(product, span)]
    if not records:
        raise NotFoundError(f"the archive has no {', '.join(products)} from {span.start} to {span.end}")
    deliveries = _delivered(archive, records, embedded.home / "downloads")
    failed = [embedded.refuse(d.record.name, d.error) for d in deliveries if d.error]
    paths = [str(delivery.path) for delivery in deliveries if delivery.path]
    outcomes = run_inputs(embedded, find_inputs(paths), detectors=detectors, parameters={}) if paths else []
    print_observations(outcomes)
    if failed:
        click.echo(f"{len(paths)} of {len(records)} files came", err=True)
    end([error for outcome in (*failed, *outcomes) for error in outcome.errors])


def _delivered(archive: Archive, records: list[ArchiveRecord], folder: Path) -> list[Delivery]:
    deliveries: list[Delivery] = []
    with progress(len(records)) as tell:
        tell(f"{len(records)} files", 0)
        for delivery in archive.deliver(records, folder):
            deliveries.append(delivery)
            tell(delivery.record.name, len(deliveries))
    return deliveries


def _catalogue(
    embedded: Embedded,
    path: Path,
    source: str,
    channels: Sequence[str],
    asked: ImageSource,
    detectors: Sequence[str] | None,
    *,
    minutes: float,
    field: float,
) -> None:
    from dataclasses import replace

    from helioscribe.ingest.sources.sequences.catalogue import read_catalogue

    jobs, problems = read_catalogue(path, minutes=minutes)
    for line in problems:
        click.echo(f"helioscribe: not fetched: {line}", err=True)
    product = f"{source}-{channels[0] if channels else CHANNEL if source == 'aia' else _DEFAULT[source]}"
    asked = replace(asked, provider="jsoc", cadence=asked.cadence or CADENCE)
    inputs, failed = fetch_sequences(jobs, product, asked, embedded.home / "downloads" / "sequences", field=field)
    outcomes = run_inputs(embedded, inputs, detectors=detectors, parameters={})
    outcomes += [embedded.refuse(name, error) for name, error in failed]
    print_observations(outcomes)
    end([error for outcome in outcomes for error in outcome.errors])


def _cutout(text: str, span: TimeRange, *, track: bool) -> CutOut:
    from helioscribe.ingest.sources.jsoc import CutOut

    try:
        x, y, width, height = (float(number) for number in text.split(","))
    except ValueError:
        raise InvalidInputError(f"--cutout {text!r:.60}: expected X,Y,WIDTH,HEIGHT in arcsec") from None
    return CutOut(x=x, y=y, width=width, height=height, time=span.start, tracked=track)


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
        for record in archive.search(_STIX, TimeRange(start=day, end=day + timedelta(hours=23))):
            return archive.fetch(record, folder)
    raise NotFoundError(f"the archive has none of the last {_OLDEST} days")
