"""A job has one holder at a time, as long as its lease lasts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from helioscribe.domain.errors import InvalidInputError, LeaseLostError
from helioscribe.domain.job import Job, JobKind, JobState
from helioscribe.ports.jobs import JobStore
from support.jobs import NAN, claim


def test_a_whole_life(jobs: JobStore, job: Job, clock) -> None:
    taken = claim(jobs, job, lease=30)
    assert (taken.state, taken.worker, taken.attempts) == (JobState.RUNNING, "a", 1)
    clock.advance(20)
    renewed = jobs.renew(job.id, worker="a", lease=30, progress=0.5)
    assert renewed.progress == 0.5
    assert taken.lease_until is not None
    assert renewed.lease_until is not None
    assert renewed.lease_until - taken.lease_until >= timedelta(seconds=20)
    done = jobs.finish(job.id, worker="a", result={"detections": 3})
    assert (done.state, done.progress, done.result, done.lease_until) == (JobState.DONE, 1.0, {"detections": 3}, None)
    assert jobs.get(job.id) == done


@pytest.mark.parametrize(("given", "kept"), [(-1.0, 0.0), (7.0, 1.0), (float("nan"), 0.0)])
def test_progress_is_a_fraction(jobs: JobStore, job: Job, given: float, kept: float) -> None:
    claim(jobs, job)
    assert jobs.renew(job.id, worker="a", lease=30, progress=given).progress == kept


@pytest.mark.parametrize("lease", [-1.0, float("nan"), float("inf")])
def test_lease_is_a_span(jobs: JobStore, job: Job, lease: float) -> None:
    with pytest.raises(InvalidInputError, match="lease"):
        jobs.claim(job.id, worker="a", lease=lease)


def test_one_holder_at_a_time(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job, "a", lease=30)
    clock.advance(29)
    assert jobs.claim(job.id, worker="b", lease=30) is None
    assert jobs.claim(job.id, worker="a", lease=30) is None
    for call in (
        lambda: jobs.renew(job.id, worker="b", lease=30),
        lambda: jobs.finish(job.id, worker="b", result={}),
        lambda: jobs.fail(job.id, worker="b", error=NAN, retry_in=None),
    ):
        with pytest.raises(LeaseLostError, match=job.id):
            call()
    assert jobs.get(job.id).worker == "a"


def test_a_crashed_worker_loses_its_job_to_the_next(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job, "a", lease=30)
    clock.advance(31)
    taken = claim(jobs, job, "b")
    assert (taken.worker, taken.attempts) == ("b", 2)
    assert taken.error is not None
    assert taken.error.code == "crashed"
    with pytest.raises(LeaseLostError):
        jobs.finish(job.id, worker="a", result={"late": True})
    with pytest.raises(LeaseLostError):
        jobs.renew(job.id, worker="a", lease=30)
    done = jobs.finish(job.id, worker="b", result={"late": False})
    assert (done.result, done.error) == ({"late": False}, None)
    with pytest.raises(LeaseLostError):
        jobs.finish(job.id, worker="a", result={"late": True})


def test_a_late_worker_may_go_on_if_nobody_came(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job, lease=30)
    clock.advance(100)
    jobs.renew(job.id, worker="a", lease=30)
    assert jobs.claim(job.id, worker="b", lease=30) is None
    assert jobs.finish(job.id, worker="a", result={}).state is JobState.DONE


def test_ending_twice_changes_nothing(jobs: JobStore, job: Job) -> None:
    claim(jobs, job)
    done = jobs.finish(job.id, worker="a", result={"n": 1})
    assert jobs.finish(job.id, worker="a", result={"n": 2}) == done
    with pytest.raises(LeaseLostError):
        jobs.fail(job.id, worker="a", error=NAN, retry_in=None)
    assert jobs.claim(job.id, worker="a", lease=30) is None


def test_one_of_many_claims_wins(jobs: JobStore) -> None:
    made = [jobs.submit(JobKind.DETECT, str(number), {})[0] for number in range(10)]
    start = Barrier(6)

    def work(worker):
        start.wait()
        return sum(jobs.claim(job.id, worker=worker, lease=30) is not None for job in made)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, "abcdef")) == len(made)
    assert all(job.attempts == 1 for job in jobs.find())


def test_one_of_many_takeovers_wins(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job, "z", lease=1)
    clock.advance(5)
    start = Barrier(6)

    def work(worker):
        start.wait()
        return jobs.claim(job.id, worker=worker, lease=30)

    with ThreadPoolExecutor(6) as pool:
        assert sum(one is not None for one in pool.map(work, "abcdef")) == 1
    assert jobs.get(job.id).attempts == 2


def test_finish_against_takeover(jobs: JobStore, clock) -> None:
    """Either the late worker finishes in time, or another has the job: never both."""
    for number in range(10):
        job, _ = jobs.submit(JobKind.DETECT, str(number), {})
        claim(jobs, job, "old", lease=1)
        clock.advance(5)
        start = Barrier(2)

        def finish(job=job, start=start):
            start.wait()
            try:
                return jobs.finish(job.id, worker="old", result={"by": "old"}).state is JobState.DONE
            except LeaseLostError:
                return False

        def take(job=job, start=start):
            start.wait()
            return jobs.claim(job.id, worker="new", lease=30) is not None

        with ThreadPoolExecutor(2) as pool:
            finished, taken = pool.submit(finish), pool.submit(take)
            assert finished.result() != taken.result()
