"""``export``: what other tools learn from, made of what was ingested."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.job import JobError
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.console import Commands, end, home_option, platform, progress

__all__ = ["export"]

_MOST = 100_000
_LARGEST = 4096


@click.group(cls=Commands)
def export() -> None:
    """Write data sets for other tools."""


@export.command("zarr")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--start", required=True, metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", required=True, metavar="TIME", help="Latest time, UTC.")
@click.option(
    "--channels", default="", metavar="A,B", help="Only these channels, such as 171,magnetogram; all by default."
)
@click.option(
    "--cadence", type=float, metavar="SECONDS", help="Time between images; by default 360 for AIA and 720 for HMI."
)
@click.option("--pixels", default=512, show_default=True, help="Width and height of the written images.")
@click.option("--version", default="1", show_default=True, help="Version of the data set, kept in its attributes.")
@home_option
def export_zarr(
    folder: Path,
    start: str,
    until: str,
    channels: str,
    cadence: float | None,
    pixels: int,
    version: str,
    home: Path | None,
) -> None:
    """Write ingested full-disk images into FOLDER in the layout of the SDO machine-learning dataset.

    Goes on where it stopped; what is there already is not written again.
    """
    from helioscribe.ingest.sdoml_export import export_zarr, paced

    if not 16 <= pixels <= _LARGEST:
        raise InvalidInputError(f"--pixels: expected 16 to {_LARGEST}, got {pixels}")
    wanted = {name.strip() for name in channels.split(",") if name.strip()}
    with platform(home) as embedded:
        found = embedded.platform.catalogue.observations(time_range=TimeRange.of(start, until), limit=_MOST)
        images = [one for one in found if one.product_kind == "solar_image"]
        chosen = paced([one for one in images if not wanted or one.channel in wanted], cadence)
        if not chosen:
            raise NotFoundError(f"no image of {channels or 'any channel'} from {start} to {until} was ingested")
        with progress(len(chosen)) as tell:
            made = export_zarr(
                folder,
                chosen,
                artifacts=embedded.platform.artifacts,
                side=pixels,
                version=version,
                progress=lambda done: tell(str(folder), done),
            )
    click.echo(f"{made.written} images written, {made.present} were there: {folder}")
    end([JobError(code=InvalidInputError.code, message=f"{problem}; it is left out") for problem in made.problems])
