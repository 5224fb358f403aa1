"""What tests of job stores share."""

from __future__ import annotations

from helioscribe.domain.job import Job, JobError
from helioscribe.ports.jobs import JobStore

__all__ = ["NAN", "claim"]

NAN = JobError(code="invalid_input", message="NaN")


def claim(jobs: JobStore, job: Job, worker: str = "a", lease: float = 30.0) -> Job:
    claimed = jobs.claim(job.id, worker=worker, lease=lease)
    assert claimed is not None
    return claimed
