"""What every `JobStore` does: jobs are submitted and found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.job import Job, JobKind, JobState, Priority, job_id
from helioscribe.ports.jobs import JobStore
from support.jobs import NAN, claim


def test_submitted_job(jobs: JobStore, job: Job) -> None:
    assert job.id == job_id(JobKind.DETECT, "obs-1:stix-lstm")
    assert (job.state, job.attempts, job.progress, job.error) == (JobState.QUEUED, 0, 0.0, None)
    assert job.payload == {"observation_id": "obs-1", "parameters": {"threshold": 0.3}}
    assert isinstance(job.created, datetime)
    assert jobs.get(job.id) == job


def test_submitting_again_returns_the_same(jobs: JobStore, job: Job) -> None:
    assert jobs.submit(JobKind.DETECT, "obs-1:stix-lstm", {"other": 1}) == (job, False)
    assert jobs.submit(JobKind.INGEST, "obs-1:stix-lstm", {})[1]
    claim(jobs, job)
    jobs.finish(job.id, worker="a", result={})
    again, new = jobs.submit(JobKind.DETECT, "obs-1:stix-lstm", {})
    assert (again.state, new) == (JobState.DONE, False)


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": datetime(2022, 1, 1)}, {"x": b"bytes"}])
def test_payload_is_json(jobs: JobStore, payload: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        jobs.submit(JobKind.DETECT, "k", payload)
    assert jobs.find() == []


def test_hostile_text_stays_what_it_is(jobs: JobStore) -> None:
    payload = {"name": "\udcff☉\0", "big": 1 << 70, "b": 1, "a": [None, True, 1.0]}
    job, _ = jobs.submit(JobKind.INGEST, "\udcff", payload)
    assert jobs.get(job.id).payload == payload


def test_needs_an_attempt(jobs: JobStore) -> None:
    with pytest.raises(InvalidInputError, match="max_attempts"):
        jobs.submit(JobKind.DETECT, "k", {}, max_attempts=0)


def test_unknown(jobs: JobStore) -> None:
    calls = (
        lambda: jobs.get("job-x"),
        lambda: jobs.claim("job-x", worker="a", lease=1),
        lambda: jobs.renew("job-x", worker="a", lease=1),
        lambda: jobs.finish("job-x", worker="a", result={}),
        lambda: jobs.fail("job-x", worker="a", error=NAN, retry_in=None),
        lambda: jobs.cancel("job-x"),
        lambda: jobs.retry("job-x"),
    )
    for call in calls:
        with pytest.raises(NotFoundError, match="job-x"):
            call()


def test_find_newest_first(jobs: JobStore) -> None:
    made = [jobs.submit(kind, str(n), {})[0] for n, kind in enumerate((JobKind.INGEST, JobKind.DETECT, JobKind.DETECT))]
    jobs.cancel(made[1].id)
    assert [job.id for job in jobs.find()] == [job.id for job in reversed(made)]
    assert [job.id for job in jobs.find(kind=JobKind.DETECT)] == [made[2].id, made[1].id]
    assert [job.id for job in jobs.find(states=(JobState.CANCELLED, JobState.DONE))] == [made[1].id]
    assert [job.id for job in jobs.find(limit=1)] == [made[2].id]
    assert jobs.find(limit=0) == jobs.find(limit=-1) == []


def test_a_job_keeps_its_priority(jobs):
    live, _ = jobs.submit(JobKind.DETECT, "live", {})
    old, _ = jobs.submit(JobKind.DETECT, "old", {}, priority=Priority.BACKFILL)
    assert (jobs.get(live.id).priority, jobs.get(old.id).priority) == (Priority.LIVE, Priority.BACKFILL)
    with pytest.raises(InvalidInputError, match="priority"):
        jobs.submit(JobKind.DETECT, "neither", {}, priority=10)


def test_many_submit_the_same(jobs: JobStore) -> None:
    start = Barrier(6)

    def submit(_):
        start.wait()
        return jobs.submit(JobKind.INGEST, "same", {})[1]

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(submit, range(6))) == 1
