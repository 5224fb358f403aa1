"""``jobs`` and ``failures``: what is being done, and what could not be."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.failure import Failure
from helioscribe.domain.job import Job, JobState
from helioscribe.domain.times import format_utc
from helioscribe.embedded.console import (
    Commands,
    as_json,
    end,
    home_option,
    json_option,
    limit_option,
    platform,
    stores,
    table,
)
from helioscribe.runtime.wording import moment, progress, work

__all__ = ["failures", "jobs"]

_limit = limit_option(50)


@click.group(cls=Commands)
def jobs() -> None:
    """Show, cancel and retry work."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only jobs in this state.")
@_limit
@home_option
@json_option
def list_(state: str | None, limit: int, home: Path | None, json_: bool) -> None:
    """Print jobs, newest first."""
    with stores(home) as opened:
        found = opened.jobs.find(states=(JobState(state),) if state else (), limit=limit)
    if json_:
        as_json([_record(job) for job in found])
        return
    rows = [
        (job.id, job.kind, _state(job), f"{job.attempts}/{job.max_attempts}", _what(job), _told(job)) for job in found
    ]
    table(("id", "kind", "state", "tries", "what", "how it goes"), rows)


@jobs.command()
@click.argument("job_id")
@home_option
def retry(job_id: str, home: Path | None) -> None:
    """Do a failed or cancelled job again, and wait until it ends."""
    with platform(home) as embedded:
        outcome = embedded.retry(job_id)
        click.echo(f"{job_id} {'failed' if outcome.errors else 'done'}")
        end(outcome.errors)


@jobs.command()
@click.argument("job_id")
@home_option
def cancel(job_id: str, home: Path | None) -> None:
    """Cancel a job that waits, or ask the worker of a running one to stop."""
    with stores(home) as opened:
        job = opened.jobs.cancel(job_id)
        click.echo(f"{job.id} {job.state}")


@click.command()
@_limit
@home_option
@json_option
def failures(limit: int, home: Path | None, json_: bool) -> None:
    """Print the failures on record, newest first."""
    with stores(home) as opened:
        found = opened.catalogue.failures(limit=limit)
    if json_:
        as_json(
            [
                {"at": format_utc(f.at), "stage": f.stage, "input": f.subject, "sha256": f.sha256}
                | {"code": f.code, "message": f.message, "job": f.job_id}
                for f in found
            ]
        )
        return
    rows = [(moment(f.at), f.stage, f.job_id or "-", _wrong(f)) for f in found]
    table(("at UTC", "stage", "job", "what was wrong"), rows)


def _wrong(failure: Failure) -> str:
    named = not failure.subject or failure.subject in failure.message
    return failure.message if named else f"{failure.subject}: {failure.message}"


def _state(job: Job) -> str:
    return f"running {job.progress:.0%}" if job.state is JobState.RUNNING else job.state


def _what(job: Job) -> str:
    return f"{work(job)} {job.payload.get('observation_id', '')}".strip()


def _told(job: Job) -> str:
    return job.error.message if job.error else progress(job)


def _record(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "attempts": job.attempts,
        "progress": job.progress,
        "payload": dict(job.payload),
        "result": dict(job.result),
        "error": {"code": job.error.code, "message": job.error.message} if job.error else None,
    }
