"""``jobs`` and ``failures``: what is being done, and what could not be."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.job import Job, JobState
from helioscribe.domain.times import format_utc
from helioscribe.embedded.console import as_json, home_option, json_option, platform, table

__all__ = ["failures", "jobs"]


@click.group()
def jobs() -> None:
    """Show, cancel and retry work."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@home_option
@json_option
def list_(state: str | None, limit: int, home: Path | None, json_: bool) -> None:
    """Print jobs, newest first."""
    with platform(home) as embedded:
        found = embedded.platform.jobs.find(states=(JobState(state),) if state else (), limit=limit)
        if json_:
            as_json([_record(job) for job in found])
            return
        rows = [
            (
                job.id,
                job.kind,
                job.state,
                f"{job.attempts}/{job.max_attempts}",
                _what(job),
                job.error.message if job.error else "",
            )
            for job in found
        ]
        table(("id", "kind", "state", "tries", "what", "error"), rows)


@jobs.command()
@click.argument("job_id")
@home_option
def retry(job_id: str, home: Path | None) -> None:
    """Do a job that failed or was cancelled again, and wait for its end."""
    with platform(home) as embedded:
        job = embedded.platform.jobs.retry(job_id)
        embedded.platform.queue.publish(job.kind, job.id)
        outcome = embedded.wait(job)
        for failed in outcome.failed:
            click.echo(f"helioscribe: {failed.error.message}", err=True)
        click.echo(f"{outcome.job.id} {outcome.job.state}")
        if outcome.failed:
            raise click.exceptions.Exit(1)


@jobs.command()
@click.argument("job_id")
@home_option
def cancel(job_id: str, home: Path | None) -> None:
    """Cancel a job that waits, or ask the worker of a running one to stop."""
    with platform(home) as embedded:
        job = embedded.platform.jobs.cancel(job_id)
        click.echo(f"{job.id} {job.state}")


@click.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@home_option
@json_option
def failures(limit: int, home: Path | None, json_: bool) -> None:
    """Print the failure ledger, newest first."""
    with platform(home) as embedded:
        found = embedded.platform.catalogue.failures(limit=limit)
        rows = [(format_utc(f.at)[:19], f.stage, f.code, f.subject, f.message, f.job_id) for f in found]
        names = ("at UTC", "stage", "code", "input", "message", "job")
        if json_:
            as_json([dict(zip(("at", *names[1:]), row, strict=True)) for row in rows])
        else:
            table(names, rows)


def _what(job: Job) -> str:
    return " ".join(str(job.payload[key]) for key in ("name", "detector", "observation_id") if key in job.payload)


def _record(job: Job) -> dict[str, object]:
    return {
        "id": job.id, "kind": job.kind.value, "state": job.state.value, "attempts": job.attempts,
        "progress": job.progress, "payload": dict(job.payload), "result": dict(job.result),
        "error": {"code": job.error.code, "message": job.error.message} if job.error else None,
    }  # fmt: skip
