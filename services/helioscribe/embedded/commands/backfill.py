"""``backfill``: a detector over what the catalogue has of a span of time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.errors import HelioscribeError, NotFoundError
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.console import (
    as_json,
    home_option,
    json_option,
    param_option,
    parse_parameters,
    platform,
    progress,
)
from helioscribe.runtime.settings import PREFIX, Settings

if TYPE_CHECKING:
    from helioscribe.runtime.backfill import BackfillProgress
    from helioscribe.runtime.wiring import Platform
    from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["backfill"]

Manifests = dict[str, "DetectorManifest"]


@click.command()
@click.argument("detector")
@click.option("--start", required=True, metavar="TIME", help="Earliest start of observations, UTC.")
@click.option("--end", "until", required=True, metavar="TIME", help="Latest start, UTC.")
@click.option("--chunk", type=click.IntRange(1, 1000), default=32, show_default=True, help="Observations a job.")
@click.option(
    "--in-flight", type=click.IntRange(1, 1000), default=8, show_default=True, help="Jobs that wait or run at a time."
)
@param_option
@home_option
@json_option
def backfill(
    detector: str,
    start: str,
    until: str,
    chunk: int,
    in_flight: int,
    pairs: tuple[str, ...],
    home: Path | None,
    json_: bool,
) -> None:
    """Run DETECTOR on everything between two times that its serving version has not looked at.

    Live work goes first. Interrupted, the same command goes on. With HELIOSCRIBE_CATALOGUE, _QUEUE and _TOKEN of the
    distributed platform its workers do it; otherwise this process does.
    """
    from helioscribe.runtime.backfill import Backfill

    with _opened(home) as (opened, manifests):
        if detector not in manifests:
            raise NotFoundError(f"no detector {detector!r}; there are {', '.join(sorted(manifests))}")
        work = Backfill(
            catalogue=opened.catalogue, jobs=opened.jobs, queue=opened.queue, models=opened.models,
            manifest=manifests[detector], span=TimeRange.of(start, until), parameters=parse_parameters(pairs),
            chunk=chunk, in_flight=in_flight,
        )  # fmt: skip
        with progress(1000, shown=not json_) as tell:
            done = work.run(lambda now: tell(_line(now), 1000 * now.share))
    if json_:
        as_json([asdict(done)])
    else:
        click.echo(
            f"{done.observations} observations, {done.known} known before, {done.detections} detections, "
            f"{done.failed} failed, {done.rate:.1f} a second"
        )
    if done.failed:
        raise HelioscribeError(f"{done.failed} observations could not be used; helioscribe failures says why")


def _line(now: BackfillProgress) -> str:
    left = "" if now.left is None else f", {timedelta(seconds=round(now.left))} left"
    return f"{now.observations} observations, {now.rate:.1f}/s{left}"


@contextmanager
def _opened(home: Path | None) -> Iterator[tuple[Platform, Manifests]]:
    if f"{PREFIX}CATALOGUE" not in os.environ:
        with platform(home) as embedded:
            embedded.host.install_models()
            yield embedded.platform, {manifest.id: manifest for manifest in embedded.host.manifests()}
        return
    from helioscribe.runtime.wiring import connect
    from helioscribe.sdk.discovery import discover

    opened = connect(Settings.from_environment())
    close: Callable[[], None] = opened.close
    try:
        yield opened, {plugin.manifest.id: plugin.manifest for plugin in discover() if plugin.manifest}
    finally:
        close()
