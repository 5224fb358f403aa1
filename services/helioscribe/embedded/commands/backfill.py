"""``backfill``: a detector over what the catalogue has of a span of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.errors import CancelledError, HelioscribeError, rebuild
from helioscribe.domain.job import TERMINAL, Job, JobState
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.console import (
    as_json,
    home_option,
    is_remote,
    json_option,
    param_option,
    parse_parameters,
    platform,
    progress,
)
from helioscribe.runtime.settings import Settings

if TYPE_CHECKING:
    from helioscribe.client import Client
    from helioscribe.ports.jobs import JobStore

__all__ = ["backfill"]

_LOOK_EVERY = 0.3

Submit = Callable[[BackfillOrder], Job]


@click.command()
@click.argument("detector")
@click.option("--start", required=True, metavar="TIME", help="Observations that start at this time (UTC) or later.")
@click.option("--end", "until", required=True, metavar="TIME", help="Observations that start before this time (UTC).")
@click.option("--chunk", type=click.IntRange(1, 1000), default=32, show_default=True, help="Observations in one job.")
@click.option(
    "--in-flight",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help="Jobs that wait or run at the same time.",
)
@click.option("--shadow", is_flag=True, help="The version in the role shadow looks, to be compared with the champion.")
@click.option(
    "--detach",
    is_flag=True,
    help="Print the job's id and return at once; a running platform (helioscribe up) does the work.",
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
    shadow: bool,
    detach: bool,
    pairs: tuple[str, ...],
    home: Path | None,
    json_: bool,
) -> None:
    """Run DETECTOR on all observations between two times that its present version has not seen.

    New observations are handled first. With --shadow, the runs make no events: see review queue --order disagreement
    and models compare. After an interruption, the same command resumes. If HELIOSCRIBE_CATALOGUE (with
    _INFERENCE and _TOKEN) names a running platform, its workers do the work, also after this command has ended;
    otherwise this process does it.
    """
    order = BackfillOrder(
        detector=detector,
        span=TimeRange.of(start, until),
        parameters=parse_parameters(pairs),
        chunk=chunk,
        in_flight=in_flight,
        shadow=shadow,
    )
    with _opened(home, work=not detach) as (submit, jobs):
        job = submit(order)
        if detach:
            click.echo(job.id)
            return
        with progress(1000, shown=not json_) as tell:
            job = _ended(jobs, job, lambda now: tell(_line(now), 1000 * now.share))
    _say(BackfillProgress.of(job), json_=json_)


def _ended(jobs: JobStore, job: Job, tell: Callable[[BackfillProgress], None]) -> Job:
    while job.state not in TERMINAL:
        time.sleep(_LOOK_EVERY)
        job = jobs.get(job.id)
        tell(BackfillProgress.of(job))
    if job.state is JobState.DONE:
        return job
    if job.error is not None:
        raise rebuild(job.error.code, job.error.message)
    raise CancelledError(f"{job.id} was cancelled; the same command goes on")


def _say(done: BackfillProgress, *, json_: bool) -> None:
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
def _opened(home: Path | None, *, work: bool) -> Iterator[tuple[Submit, JobStore]]:
    if not is_remote(home):
        with platform(home, work=work, long=work) as embedded:
            embedded.host.install_models()
            yield embedded.backfills.submit, embedded.platform.jobs
        return
    from helioscribe.client import Client

    settings = Settings.from_environment()
    authority = Path(settings.tls_authority) if settings.tls_authority else None
    with Client(
        settings.catalogue,
        inference=settings.inference or None,
        token=settings.token or None,
        authority=authority,
        identity=settings.identity,
    ) as client:
        yield partial(_order, client), client.jobs


def _order(client: Client, order: BackfillOrder) -> Job:
    rest = {name: getattr(order, name) for name in ("parameters", "chunk", "in_flight", "shadow")}
    return client.backfill(order.detector, order.span.start, order.span.end, **rest)
