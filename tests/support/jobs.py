"""What tests of jobs share."""

from __future__ import annotations

from helioscribe.domain.job import Job, JobError, JobKind
from helioscribe.ports.jobs import JobStore

__all__ = ["NAN", "Messages", "claim"]

NAN = JobError(code="invalid_input", message="NaN")


def claim(jobs: JobStore, job: Job, worker: str = "a", lease: float = 30.0) -> Job:
    claimed = jobs.claim(job.id, worker=worker, lease=lease)
    assert claimed is not None
    return claimed


class Messages:
    """A queue that keeps what was published, in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[JobKind, str]] = []

    def publish(self, kind: JobKind, *job_ids: str, priority: int) -> None:
        self.sent += [(kind, job_id) for job_id in job_ids]

    def close(self) -> None:
        pass
