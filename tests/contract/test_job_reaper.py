"""What nobody works on any more is queued again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from helioscribe.domain.errors import LeaseLostError
from helioscribe.domain.job import Job, JobKind, JobState
from helioscribe.ports.jobs import JobStore
from support.jobs import claim


def test_reaper_repeats_messages_that_were_lost(jobs: JobStore, job: Job, clock) -> None:
    assert jobs.reap(published_before=30) == []
    clock.advance(31)
    assert jobs.reap(published_before=30) == [job]
    assert jobs.reap(published_before=30) == []
    clock.advance(31)
    assert jobs.reap(published_before=30) == [job]


def test_reaper_leaves_living_workers_alone(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job, lease=100)
    clock.advance(99)
    assert jobs.reap() == []
    clock.advance(2)
    [waiting] = jobs.reap()
    assert (waiting.state, waiting.worker, waiting.lease_until) == (JobState.QUEUED, "", None)
    assert jobs.get(job.id) == waiting
    with pytest.raises(LeaseLostError):
        jobs.finish(job.id, worker="a", result={})


def test_reaper_takes_at_most_a_limit(jobs: JobStore, clock) -> None:
    made = {jobs.submit(JobKind.DETECT, str(number), {})[0].id for number in range(5)}
    clock.advance(31)
    first, second = jobs.reap(limit=3), jobs.reap(limit=3)
    assert [len(first), len(second)] == [3, 2]
    assert {job.id for job in first + second} == made


def test_many_reapers_send_one_message(jobs: JobStore, clock) -> None:
    for number in range(20):
        jobs.submit(JobKind.DETECT, str(number), {})
    clock.advance(60)
    start = Barrier(4)

    def reap(_):
        start.wait()
        return [job.id for job in jobs.reap()]

    with ThreadPoolExecutor(4) as pool:
        found = [job for part in pool.map(reap, range(4)) for job in part]
    assert len(found) == len(set(found)) == 20
