"""``fetch``: observations from their archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.embedded.commands.detect import detect_option, print_observations, run_inputs
from helioscribe.embedded.console import end, home_option, platform, progress
from helioscribe.embedded.image_archives import ImageRequest, fetch_images
from helioscribe.embedded.inputs import find_inputs
from helioscribe.embedded.jet_cutouts import CADENCE, CHANNEL, FIELD, MINUTES, fetch_sequences
from helioscribe.ingest.sources.jsoc_records import Cutout

__all__ = ["fetch", "latest_stix_day"]

_PRODUCTS = {"stix": "stix-ql-lightcurve"}
_IMAGES = ("aia", "hmi")
_YOUNGEST, _OLDEST = 2, 14
"""Days back from today; a day comes to the archive when the spacecraft has sent it."""

_PATIENCE = 4.0
"""How long the demo waits for the archive [s]."""


@click.command()
@click.argument("source", type=click.Choice([*_PRODUCTS, *_IMAGES]))
@click.option("--start", metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", metavar="TIME", help="Latest time, UTC.")
@click.option("--catalogue", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv",
              help="Times and positions: a sequence of cut-outs for each row, from JSOC.")
@click.option("--minutes", type=click.FloatRange(1, 1440), default=MINUTES, help="Length of such a sequence.")
@click.option("--field", type=click.FloatRange(20, 2500), default=FIELD, help="Side of such a cut-out [arcsec].")
@click.option("--channel", default="", metavar="ANGSTROM", help="Of AIA, such as 304.")
@click.option("--cadence", type=float, metavar="SECONDS", help="Between images; all by default.")
@click.option("--cutout", default="", metavar="X,Y,W,H", help="Field of view [arcsec] that follows the Sun's rotation.")
@click.option("--email", default="", help="Address registered at JSOC; HELIOSCRIBE_JSOC_EMAIL by default.")
@click.option("--provider", type=click.Choice(["auto", "jsoc", "fido"]), default="auto", help="Of images.")
@detect_option
@home_option
def fetch(
    source: str,
    start: str | None,
    until: str | None,
    catalogue: Path | None,
    minutes: float,
    field: float,
    channel: str,
    cadence: float | None,
    cutout: str,
    email: str,
    provider: str,
    detect: bool,
    home: Path | None,
) -> None:
    """Get what a SOURCE has of a span of time, and ingest it. What is here already is not fetched again."""
    if catalogue is not None:
        _fetch_catalogue(
            catalogue, source, minutes=minutes, field=field, channel=channel, cadence=cadence, email=email,
            detect=detect, home=home,
        )  # fmt: skip
        return
    if start is None or until is None:
        raise click.UsageError("expected --start and --end, or --catalogue")
    span = TimeRange.of(start, until)
    with platform(home) as embedded:
        folder = embedded.home / "downloads"
        if source in _PRODUCTS:
            paths, missing = _light_curves(source, span, folder), list[str]()
        else:
            wanted = ImageRequest(
                product=source, span=span, channel=channel, cadence=cadence, cutout=_cutout(cutout, start),
                email=email or embedded.settings.jsoc_email, server=embedded.settings.jsoc_server, provider=provider,
            )  # fmt: skip
            paths, missing = fetch_images(wanted, folder)
        for line in missing:
            click.echo(f"helioscribe: not fetched: {line}", err=True)
        if not paths:
            raise NotFoundError(f"the archive has no {_PRODUCTS.get(source, source)} from {start} to {until}")
        detectors = None if detect else ()
        outcomes = run_inputs(embedded, find_inputs([str(path) for path in paths]), detectors=detectors, parameters={})
        print_observations(outcomes)
        end([error for outcome in outcomes for error in outcome.errors])


def _fetch_catalogue(
    path: Path, source: str, *, minutes: float, field: float, channel: str, cadence: float | None, email: str,
    detect: bool, home: Path | None,
) -> None:  # fmt: skip
    from helioscribe.ingest.sources.sequences.catalogue import read_catalogue

    if source not in _IMAGES:
        raise click.UsageError(f"--catalogue: expected one of {', '.join(_IMAGES)}")
    jobs, problems = read_catalogue(path, minutes=minutes)
    for line in problems:
        click.echo(f"helioscribe: not fetched: {line}", err=True)
    with platform(home) as embedded:
        wanted = ImageRequest(
            product=source, span=jobs[0].span, channel=channel or (CHANNEL if source == "aia" else ""),
            cadence=cadence or CADENCE, email=email or embedded.settings.jsoc_email,
            server=embedded.settings.jsoc_server, provider="jsoc",
        )  # fmt: skip
        inputs, failed = fetch_sequences(jobs, wanted, embedded.home / "downloads" / "sequences", field=field)
        outcomes = run_inputs(embedded, inputs, detectors=None if detect else (), parameters={})
        outcomes += [embedded.refuse(name, error) for name, error in failed]
        print_observations(outcomes)
        end([error for outcome in outcomes for error in outcome.errors])


def _light_curves(source: str, span: TimeRange, folder: Path) -> list[Path]:
    from helioscribe.ingest.sources.stix_archive import StixArchive

    archive = StixArchive()
    records = list(archive.search(_PRODUCTS[source], span))
    paths = []
    with progress(len(records)) as tell:
        for number, record in enumerate(records):
            tell(record.name, number)
            paths.append(archive.fetch(record, folder))
    return paths


def _cutout(text: str, time: str) -> Cutout | None:
    if not text:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInputError(f"--cutout: expected X,Y,W,H in arcseconds, got {text[:40]!r}") from None
    if not (0 < width <= 2500 and 0 < height <= 2500 and x**2 + y**2 < 970**2):
        raise InvalidInputError("--cutout: expected a middle on the disk and sides of at most 2500 arcsec")
    return Cutout(x=x, y=y, width=width, height=height, time=time)


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
