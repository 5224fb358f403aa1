"""``qc``: quality control of image sets as a picture."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.adapters.product_codec import decode_keywords
from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.times import TimeRange, to_datetime64
from helioscribe.embedded.console import at_home, home_option, output_file, platform

if TYPE_CHECKING:
    from helioscribe.domain.observation import Observation
    from helioscribe.ingest.sources.sdoml_zarr import SdomlChannel
    from helioscribe.ports.artifacts import ArtifactStore
    from helioscribe.runtime.plots.quality import QualitySeries

__all__ = ["qc"]

_FORMATS = (".png", ".pdf", ".svg")
_MOST = 1_000_000


@click.command()
@click.argument("store", required=False, metavar="[STORE.zarr]")
@output_file("FILE.png", "File to write; its ending chooses the format: .png, .pdf or .svg.", required=True)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    help="Only this channel, such as 171A; all by default; repeatable.",
)
@click.option("--start", default="1900-01-01", metavar="TIME", help="Earliest time, UTC.")
@click.option("--end", "until", default="2200-01-01", metavar="TIME", help="Latest time, UTC.")
@click.option("--dark", is_flag=True, help="Draw on a dark background.")
@home_option
def qc(
    store: str | None, output: Path, channels: tuple[str, ...], start: str, until: str, dark: bool, home: Path | None
) -> None:
    """Draw coverage, cadence and exposure of sets of images, and how far the instrument has degraded.

    Of a zarr store from its headers, or else of all images that were ingested.
    """
    from helioscribe.runtime.plots.quality import draw_quality

    if output.suffix.lower() not in _FORMATS:
        raise InvalidInputError(f"{output}: expected a name that ends in {', '.join(_FORMATS)}")
    span = TimeRange.of(start, until)
    if store:
        series = _of_store(store, at_home(home) / "headers", channels, span)
    else:
        series = _of_catalogue(home, channels, span)
    if not series:
        raise NotFoundError("no image of that channel and time")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        draw_quality(series, output, dark=dark)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(output)) from None
    click.echo(f"wrote {output}", err=True)


def _of_store(store: str, cache: Path, channels: tuple[str, ...], span: TimeRange) -> list[QualitySeries]:
    from helioscribe.ingest.sources.sdoml_zarr import SdomlStore

    opened = SdomlStore(store, cache)
    wanted = [(year, name) for year, name in opened.channels() if not channels or name in channels]
    found = [(f"{name} {year}", opened.channel(year, name)) for year, name in wanted]
    return [_of_channel(title, channel, span) for title, channel in found if channel.select(span=span).size]


def _of_channel(title: str, channel: SdomlChannel, span: TimeRange) -> QualitySeries:
    import numpy as np

    from helioscribe.runtime.plots.quality import QualitySeries

    chosen = channel.select(span=span)
    missing = np.full(len(channel.images), np.nan)
    exposure, degradation, quality = (
        channel.columns.get(key, missing)[chosen] for key in ("EXPTIME", "DEG_COR", "QUALITY")
    )
    numbers = [column if column.dtype.kind == "f" else missing[chosen] for column in (exposure, degradation, quality)]
    return QualitySeries(
        name=title,
        times=channel.times[chosen],
        exposure=numbers[0],
        degradation=numbers[1],
        flagged=np.nan_to_num(numbers[2]) != 0,
    )


def _of_catalogue(home: Path | None, channels: tuple[str, ...], span: TimeRange) -> list[QualitySeries]:
    groups: dict[str, list[Observation]] = defaultdict(list)
    with platform(home, work=False) as embedded:
        for one in embedded.platform.catalogue.observations(time_range=span, limit=_MOST):
            if one.product_kind == "solar_image" and (not channels or one.channel in channels):
                groups[f"{one.instrument} {one.channel}"].append(one)
        artifacts = embedded.platform.artifacts
        return [_of_observations(name, group, artifacts) for name, group in sorted(groups.items())]


def _of_observations(name: str, observations: list[Observation], artifacts: ArtifactStore) -> QualitySeries:
    import numpy as np

    from helioscribe.runtime.plots.quality import QualitySeries

    spans = [one.time_range for one in observations]
    return QualitySeries(
        name=name,
        times=np.array([to_datetime64(span.start + span.duration / 2) for span in spans]),
        exposure=np.array([span.duration.total_seconds() or np.nan for span in spans]),
        degradation=np.array([_sensitivity(one, artifacts) for one in observations]),
        flagged=np.array([bool(one.quality) for one in observations]),
    )


def _sensitivity(observation: Observation, artifacts: ArtifactStore) -> float:
    """Return what an image of AIA was divided by, by us or by who made its dataset; NaN if by nothing."""
    if observation.instrument != "AIA":
        return math.nan
    try:
        with artifacts.open(observation.product_key) as stream:
            header = decode_keywords(stream, artifacts.size(observation.product_key))
    except HelioscribeError:  # its pixels are gone, not its times
        return math.nan
    found = header.get("HS_DEGR", header.get("DEG_COR"))
    return float(found) if isinstance(found, (int, float)) else math.nan
