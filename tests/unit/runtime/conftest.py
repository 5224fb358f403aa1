"""A job store, jobs in it, and a worker that does them."""

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs
from helioscribe.domain.job import JobKind
from helioscribe.runtime.runner import JobRunner

PAYLOAD = {"name": "day.fits", "sha256": "ab"}


@pytest.fixture
def jobs(catalogue):
    return MemoryJobs(ledger=catalogue)


@pytest.fixture
def catalogue():
    return MemoryCatalogue()


@pytest.fixture
def submit(jobs):
    return lambda **options: jobs.submit(JobKind.INGEST, "key", PAYLOAD, **options)[0]


@pytest.fixture
def run(jobs, catalogue):
    def run(job, handler, *, worker="worker-1", lease=30.0, **options):
        runner = JobRunner(
            jobs=jobs,
            queue=LocalQueue(),
            handlers={JobKind.INGEST: handler},
            worker=worker,
            lease=lease,
            wait=lambda: 0.0,
            **options,
        )
        runner.run(job.id)
        return jobs.get(job.id)

    return run
