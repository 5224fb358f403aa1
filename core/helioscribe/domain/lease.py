"""The transitions between the states of a job, as pure functions that every job store uses.

::

    QUEUED --claim--> RUNNING --finish--> DONE
      ^  ^               |  |
      |  +---fail, reap--+  +--fail without attempts left--> FAILED
      |                  +--fail, reap after cancel--------> CANCELLED
      +------retry---------- FAILED, CANCELLED

A worker that has died is noticed when its lease has expired: the next claim, or the reaper, takes the job away from it.
If it was alive after all, its next call raises `LeaseLostError`. As long as nobody has taken the job away, a worker can
still renew an expired lease. A job whose worker died in the last attempt fails with the code ``crashed`` when it is
claimed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from helioscribe.domain.errors import InvalidInputError, LeaseLostError
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import TERMINAL, Job, JobError, JobState

__all__ = [
    "CRASHED",
    "cancel",
    "claim",
    "fail",
    "failure",
    "finish",
    "needs_message",
    "reap",
    "renew",
    "retry",
    "seconds",
    "settles",
    "untried",
]

CRASHED = "crashed"
"""Error code of a job whose worker died."""

_LONGEST = timedelta(days=30)


def claim(job: Job, *, now: datetime, worker: str, lease: float) -> Job:
    """Return the job as running for `worker`, as failed if no attempts are left, or unchanged if it cannot be taken."""
    until = now + seconds(lease, "lease")
    if _expired(job, now):
        job = reap(job, now=now)
    if job.state is not JobState.QUEUED or (job.not_before is not None and job.not_before > now):
        return job
    if job.attempts >= job.max_attempts:
        return replace(job, state=JobState.FAILED, updated=now)
    return replace(
        job,
        state=JobState.RUNNING,
        attempts=job.attempts + 1,
        progress=0.0,
        worker=worker,
        lease_until=until,
        not_before=None,
        updated=now,
    )


def untried(job: Job) -> bool:
    """Whether a job waits for its first attempt, so that it may be taken together with others.

    A job that was tried before may be the reason why its worker died; it is taken alone from then on.
    """
    return job.state is JobState.QUEUED and not job.attempts and job.not_before is None


def renew(
    job: Job,
    *,
    now: datetime,
    worker: str,
    lease: float,
    progress: float | None = None,
    so_far: Mapping[str, Any] | None = None,
) -> Job:
    """Return the job with an extended lease, and with new progress and interim result if given."""
    _check_holder(job, worker)
    done = job.progress if progress is None else min(1.0, max(0.0, progress))
    result = job.result if so_far is None else so_far
    return replace(job, lease_until=now + seconds(lease, "lease"), progress=done, result=result, updated=now)


def finish(job: Job, *, now: datetime, worker: str, result: Mapping[str, Any]) -> Job:
    """Return the job as done, even if it has been asked to stop; unchanged if `worker` had finished it already."""
    if job.state is JobState.DONE and job.worker == worker:
        return job
    _check_holder(job, worker)
    return replace(job, state=JobState.DONE, progress=1.0, error=None, result=result, lease_until=None, updated=now)


def fail(job: Job, *, now: datetime, worker: str, error: JobError, retry_in: float | None) -> Job:
    """Return the job as waiting for its next attempt, or ended; unchanged if `worker` had ended it already."""
    if job.state in {JobState.FAILED, JobState.CANCELLED} and job.worker == worker:
        return job
    _check_holder(job, worker)
    job = replace(job, error=error, lease_until=None, updated=now)
    if job.cancel_requested:
        return replace(job, state=JobState.CANCELLED)
    if retry_in is None or job.attempts >= job.max_attempts:
        return replace(job, state=JobState.FAILED)
    return replace(job, state=JobState.QUEUED, worker="", not_before=now + seconds(retry_in, "retry_in"))


def cancel(job: Job, *, now: datetime) -> Job:
    """Return a waiting job as cancelled, a running one as asked to stop, an ended one unchanged."""
    if job.state is JobState.QUEUED:
        return replace(job, state=JobState.CANCELLED, updated=now)
    if job.state in TERMINAL or job.cancel_requested:
        return job
    return replace(job, cancel_requested=True, updated=now)


def retry(job: Job, *, now: datetime) -> Job:
    """Return a failed or cancelled job as waiting, with all attempts left; any other unchanged."""
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        return job
    return replace(
        job,
        state=JobState.QUEUED,
        attempts=0,
        progress=0.0,
        error=None,
        worker="",
        not_before=None,
        cancel_requested=False,
        updated=now,
    )


def reap(job: Job, *, now: datetime) -> Job:
    """Return a job whose lease has expired as waiting, or cancelled if that was requested; any other unchanged."""
    if not _expired(job, now):
        return job
    job = replace(job, error=_crashed(job), lease_until=None, updated=now)
    if job.cancel_requested:
        return replace(job, state=JobState.CANCELLED)
    return replace(job, state=JobState.QUEUED, worker="")


def settles(before: Job, after: Job) -> bool:
    """Whether a change ends the work as intended, so that earlier failures of its subject leave the ledger.

    This holds at the first attempt too: after a retry attempts are counted anew, and the failure may be another job's.
    """
    return before.state is JobState.RUNNING and after.state in {JobState.DONE, JobState.CANCELLED}


def failure(before: Job, after: Job) -> Failure | None:
    """Return the entry for the failure ledger if the job has failed for good; else None."""
    if after.state is not JobState.FAILED or before.state is JobState.FAILED:
        return None
    assert after.error is not None
    assert after.updated is not None
    return Failure(
        stage=after.kind.value,
        subject=after.subject,
        sha256=str(after.payload.get("sha256", "")),
        code=after.error.code,
        message=after.error.message,
        at=after.updated,
        job_id=after.id,
    )


def needs_message(job: Job, *, now: datetime, published: datetime | None, published_before: float) -> bool:
    """Whether a job is due and its last message, sent at `published`, is so old that it may be lost."""
    if job.state is not JobState.QUEUED or (job.not_before is not None and job.not_before > now):
        return False
    return published is None or published <= now - seconds(published_before, "published_before")


def _expired(job: Job, now: datetime) -> bool:
    return job.state is JobState.RUNNING and job.lease_until is not None and job.lease_until <= now


def _crashed(job: Job) -> JobError:
    attempt = f"attempt {job.attempts} of {job.max_attempts}"
    return JobError(code=CRASHED, message=f"worker {job.worker} died in {attempt}")


def _check_holder(job: Job, worker: str) -> None:
    if job.state is not JobState.RUNNING or job.worker != worker:
        raise LeaseLostError(f"{worker} no longer holds job {job.id}, which is {job.state.value}")


def seconds(value: float, name: str) -> timedelta:
    """Return a duration given in seconds. Raises `InvalidInputError` if it is negative, NaN or longer than 30 days."""
    if not 0 <= value <= _LONGEST.total_seconds():
        raise InvalidInputError(f"{name}: expected 0 to {_LONGEST.total_seconds():.0f} seconds, got {value}")
    return timedelta(seconds=value)
