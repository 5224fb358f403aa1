"""Jobs fail, are cancelled, and are tried again."""

import pytest

from helioscribe.domain.job import Job, JobError, JobKind, JobState
from helioscribe.ports.jobs import JobStore
from support.jobs import NAN, claim


def test_failing_for_good(jobs: JobStore, job: Job) -> None:
    claim(jobs, job)
    failed = jobs.fail(job.id, worker="a", error=NAN, retry_in=None)
    assert (failed.state, failed.error, failed.lease_until) == (JobState.FAILED, NAN, None)
    assert jobs.fail(job.id, worker="a", error=NAN, retry_in=None) == failed
    assert jobs.claim(job.id, worker="a", lease=30) is None
    assert jobs.reap(published_before=0) == []


def test_failing_for_now(jobs: JobStore, job: Job, clock) -> None:
    claim(jobs, job)
    waiting = jobs.fail(job.id, worker="a", error=NAN, retry_in=60)
    assert (waiting.state, waiting.worker, waiting.error) == (JobState.QUEUED, "", NAN)
    assert jobs.claim(job.id, worker="b", lease=30) is None
    assert jobs.reap() == []
    clock.advance(61)
    assert [one.id for one in jobs.reap()] == [job.id]
    assert claim(jobs, job, "b").attempts == 2


def test_attempts_run_out_by_failing(jobs: JobStore) -> None:
    job, _ = jobs.submit(JobKind.DETECT, "k", {}, max_attempts=2)
    for expected in (JobState.QUEUED, JobState.FAILED):
        claim(jobs, job)
        assert jobs.fail(job.id, worker="a", error=NAN, retry_in=0).state is expected
    assert jobs.get(job.id).error == NAN


@pytest.mark.parametrize("reaped", [True, False])
def test_attempts_run_out_by_crashing(jobs: JobStore, clock, reaped: bool) -> None:
    job, _ = jobs.submit(JobKind.DETECT, "k", {}, max_attempts=2)
    for _ in range(2):
        claim(jobs, job, lease=30)
        clock.advance(31)
        if reaped:
            assert [one.state for one in jobs.reap()] == [JobState.QUEUED]
    assert jobs.claim(job.id, worker="b", lease=30) is None
    failed = jobs.get(job.id)
    assert failed.state is JobState.FAILED
    assert failed.error is not None
    assert failed.error.code == "crashed"
    assert failed.attempts == 2


def test_cancel_while_waiting(jobs: JobStore, job: Job) -> None:
    cancelled = jobs.cancel(job.id)
    assert cancelled.state is JobState.CANCELLED
    assert jobs.claim(job.id, worker="a", lease=30) is None
    assert jobs.cancel(job.id) == cancelled


def test_cancel_while_running(jobs: JobStore, job: Job) -> None:
    claim(jobs, job)
    assert jobs.cancel(job.id).state is JobState.RUNNING
    assert jobs.renew(job.id, worker="a", lease=30).cancel_requested
    stopped = jobs.fail(job.id, worker="a", error=JobError(code="cancelled", message="stopped"), retry_in=1)
    assert stopped.state is JobState.CANCELLED


def test_cancel_too_late(jobs: JobStore, job: Job) -> None:
    claim(jobs, job)
    jobs.cancel(job.id)
    assert jobs.finish(job.id, worker="a", result={}).state is JobState.DONE
    assert jobs.cancel(job.id).state is JobState.DONE


@pytest.mark.parametrize("by_reaper", [True, False])
def test_cancelled_and_crashed(jobs: JobStore, job: Job, clock, by_reaper: bool) -> None:
    claim(jobs, job, lease=30)
    jobs.cancel(job.id)
    clock.advance(31)
    if by_reaper:
        assert jobs.reap() == []
    else:
        assert jobs.claim(job.id, worker="b", lease=30) is None
    assert jobs.get(job.id).state is JobState.CANCELLED


def test_retry_gives_all_attempts_back(jobs: JobStore) -> None:
    job, _ = jobs.submit(JobKind.DETECT, "k", {}, max_attempts=1)
    claim(jobs, job)
    jobs.fail(job.id, worker="a", error=NAN, retry_in=0)
    again = jobs.retry(job.id)
    assert (again.state, again.attempts, again.error) == (JobState.QUEUED, 0, None)
    assert [one.id for one in jobs.reap()] == [job.id]
    assert claim(jobs, job, "b").attempts == 1


def test_retry_after_cancel_runs(jobs: JobStore, job: Job) -> None:
    claim(jobs, job)
    jobs.cancel(job.id)
    jobs.fail(job.id, worker="a", error=NAN, retry_in=None)
    assert not jobs.retry(job.id).cancel_requested
    assert not claim(jobs, job, "b").cancel_requested


def test_retry_of_what_has_not_failed_changes_nothing(jobs: JobStore, job: Job) -> None:
    assert jobs.retry(job.id) == job
    running = claim(jobs, job)
    assert jobs.retry(job.id) == running
    done = jobs.finish(job.id, worker="a", result={})
    assert jobs.retry(job.id) == done
