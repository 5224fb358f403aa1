"""What every `JobStore` does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from helioscribe.domain.errors import InvalidInputError, LeaseLostError, NotFoundError
from helioscribe.domain.job import Job, JobError, JobKind, JobOrder, JobState, Priority, job_id
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from support.factories import make_failure

NAN = JobError(code="invalid_input", message="NaN")


@pytest.fixture
def job(jobs: JobStore) -> Job:
    return jobs.submit(JobKind.DETECT, "obs-1:stix-lstm", {"observation_id": "obs-1", "parameters": {"threshold": 0.3}})[0]


def claim(jobs: JobStore, job: Job, worker: str = "a", lease: float = 30.0) -> Job:
    claimed = jobs.claim(job.id, worker=worker, lease=lease)
    assert claimed is not None
    return claimed


def test_submitted_job(jobs: JobStore, job: Job) -> None:
    assert job.id == job_id(JobKind.DETECT, "obs-1:stix-lstm")
    assert (job.state, job.attempts, job.progress, job.error) == (JobState.QUEUED, 0, 0.0, None)
    assert job.payload == {"observation_id": "obs-1", "parameters": {"threshold": 0.3}}
    assert isinstance(job.created, datetime)
    assert jobs.get(job.id) == job


def test_the_end_takes_its_subject_out_of_the_ledger(jobs: JobStore, catalogue: Catalogue, job: Job) -> None:
    for subject in (job.subject, "obs-2"):
        catalogue.add_failure(make_failure(stage=job.kind.value, subject=subject))
    claim(jobs, job)
    assert len(catalogue.failures()) == 2
    jobs.finish(job.id, worker="a", result={})
    assert [failure.subject for failure in catalogue.failures()] == ["obs-2"]


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


def test_many_submit_the_same(jobs: JobStore) -> None:
    start = Barrier(6)

    def submit(_):
        start.wait()
        return jobs.submit(JobKind.INGEST, "same", {})[1]

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(submit, range(6))) == 1


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


def test_a_job_keeps_its_priority(jobs):
    live, _ = jobs.submit(JobKind.DETECT, "live", {})
    old, _ = jobs.submit(JobKind.DETECT, "old", {}, priority=Priority.BACKFILL)
    assert (jobs.get(live.id).priority, jobs.get(old.id).priority) == (Priority.LIVE, Priority.BACKFILL)
    with pytest.raises(InvalidInputError, match="priority"):
        jobs.submit(JobKind.DETECT, "neither", {}, priority=10)


def ordered(number: int, detector: str = "x", **options) -> JobOrder:
    payload = {"observation_id": f"obs-{number}", "detector": detector}
    return JobOrder(kind=JobKind.DETECT, key=f"{detector} {number} {options}", payload=payload, **options)


def place(jobs: JobStore, count: int, detector: str = "x", **options) -> list[str]:
    return [job.id for job, _ in jobs.submit_all([ordered(number, detector, **options) for number in range(count)])]


class TestTogether:
    """Many jobs at the cost of one."""

    def test_orders_become_jobs_once(self, jobs):
        orders = [ordered(1), ordered(2), ordered(1)]
        submitted = jobs.submit_all(orders)
        assert [(job.id, new) for job, new in submitted] == [
            (orders[0].id, True), (orders[1].id, True), (orders[0].id, False),
        ]  # fmt: skip
        assert jobs.get(orders[1].id) == submitted[1][0]
        assert [new for _, new in jobs.submit_all([ordered(2), ordered(3)])] == [False, True]
        assert jobs.submit_all([]) == []

    def test_one_bad_order_leaves_none(self, jobs):
        with pytest.raises(InvalidInputError, match="priority"):
            jobs.submit_all([ordered(1), ordered(2, priority=10)])
        assert jobs.find() == []

    def test_the_trace_is_that_of_the_order(self, jobs):
        ((job, _),) = jobs.submit_all([ordered(1, trace="00-" + "1" * 32 + "-" + "2" * 16 + "-01")])
        assert jobs.get(job.id).trace.split("-")[1] == "1" * 32

    def test_several_are_claimed_and_finished_in_one_call(self, jobs):
        ids = place(jobs, 3)
        taken = jobs.claim_all(ids[:2], worker="a", lease=30)
        assert [(job.id, job.state, job.worker, job.attempts) for job in taken] == [
            (job_id, JobState.RUNNING, "a", 1) for job_id in ids[:2]
        ]
        assert jobs.claim_all(ids, worker="b", lease=30) == [jobs.get(ids[2])]
        assert set(jobs.finish_all({ids[0]: {"n": 1}, ids[2]: {}, ids[1]: {"n": 2}}, worker="a")) == set(ids[:2])
        assert [jobs.get(job_id).result for job_id in ids] == [{"n": 1}, {"n": 2}, {}]
        assert jobs.get(ids[2]).state is JobState.RUNNING

    def test_others_that_wait_in_the_same_group_come_along(self, jobs):
        first, *others = place(jobs, 4)
        place(jobs, 2, "other")
        place(jobs, 2, priority=Priority.BACKFILL)
        taken = jobs.claim_all([first], worker="a", lease=30, along={"detect x": 2, "detect other": 9})
        assert [job.id for job in taken][0] == first
        assert {job.id for job in taken[1:]} < set(others)
        assert len(taken) == 3
        # Its own work is done; its message still says that such jobs wait.
        jobs.finish_all({first: {}}, worker="a")
        (rest,) = jobs.claim_all([first], worker="b", lease=30, along={"detect x": 9})
        assert {rest.id, *(job.id for job in taken[1:])} == set(others)

    def test_chunks_and_long_work_come_alone(self, jobs):
        for kind, payload in ((JobKind.DETECT, {"observation_ids": ["a"], "detector": "x"}), (JobKind.TRAIN, {})):
            ids = [jobs.submit(kind, str(number), payload)[0].id for number in range(2)]
            assert len(jobs.claim_all(ids[:1], worker="a", lease=30, along={"": 5, kind.value: 5})) == 1

    def test_who_was_tried_before_comes_alone(self, jobs, clock):
        ids = place(jobs, 4)
        jobs.claim_all(ids[:2], worker="dies", lease=10)
        clock.advance(11)
        assert [job.id for job in jobs.claim_all([ids[2], ids[0]], worker="b", lease=30)] == [ids[2]]
        assert [job.id for job in jobs.claim_all([ids[0], ids[3]], worker="b", lease=30, along={"detect x": 9})] == [ids[0]]
        assert jobs.get(ids[3]).state is JobState.QUEUED
        jobs.fail(ids[0], worker="b", error=NAN, retry_in=0)
        assert [job.id for job in jobs.claim_all([ids[3]], worker="c", lease=30, along={"detect x": 9})] == [ids[3]]

    def test_an_unknown_job_takes_nothing(self, jobs):
        ids = place(jobs, 1)
        for unknown in ("job-unknown", ""):
            with pytest.raises(NotFoundError):
                jobs.claim_all([*ids, unknown], worker="a", lease=30)
        assert jobs.get(ids[0]).state is JobState.QUEUED

    def test_workers_at_the_same_time_share_what_waits(self, jobs):
        ids, start = place(jobs, 40), Barrier(4)

        def take(worker):
            taken = []
            start.wait()
            for one in ids:
                taken += jobs.claim_all([one], worker=worker, lease=30, along={"detect x": 3})
            jobs.finish_all({job.id: {} for job in taken}, worker=worker)
            return [job.id for job in taken]

        with ThreadPoolExecutor(4) as pool:
            taken = [job_id for found in pool.map(take, "abcd") for job_id in found]
        assert sorted(taken) == sorted(ids)
        assert {jobs.get(job_id).state for job_id in ids} == {JobState.DONE}


class TestLedger:
    """A job that fails for good is in the ledger from that moment on."""

    def test_a_failure_is_entered_with_its_end(self, jobs, catalogue, job):
        claim(jobs, job)
        jobs.fail(job.id, worker="a", error=NAN, retry_in=1.0)
        assert catalogue.failures() == []
        jobs.retry(job.id)
        claim(jobs, jobs.submit(JobKind.DETECT, "other", {"name": "b.fits", "sha256": "ab"}, max_attempts=1)[0])
        other = jobs.find(states=(JobState.RUNNING,))[0]
        jobs.fail(other.id, worker="a", error=NAN, retry_in=1.0)
        (entry,) = catalogue.failures()
        assert (entry.stage, entry.subject, entry.sha256, entry.code, entry.job_id) == (
            "detect", "b.fits", "ab", "invalid_input", other.id,
        )  # fmt: skip

    def test_workers_that_vanished_too_often_are_entered(self, jobs, catalogue, clock):
        job = jobs.submit(JobKind.INGEST, "k", {"name": "c.fits"}, max_attempts=1)[0]
        claim(jobs, job, lease=5)
        clock.advance(6)
        assert jobs.claim(job.id, worker="b", lease=5) is None
        assert [(entry.subject, entry.code) for entry in catalogue.failures()] == [("c.fits", "crashed")]
