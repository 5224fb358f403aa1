"""The end of every job."""

import threading
import time
from datetime import timedelta

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs
from helioscribe.domain.errors import CancelledError, InvalidInputError, UnavailableError
from helioscribe.domain.job import JobKind, JobOrder, JobState
from helioscribe.domain.times import utc_now
from helioscribe.runtime import ordering
from helioscribe.runtime.pace import Pace
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
    def run(job, handler, *, worker="worker-1", lease=30.0):
        runner = JobRunner(
            jobs=jobs, queue=LocalQueue(), handlers={JobKind.INGEST: handler}, worker=worker, lease=lease,
            wait=lambda: 0.0,
        )  # fmt: skip
        runner.run(job.id)
        return jobs.get(job.id)

    return run


def failing(error):
    def handler(_):
        raise error

    return handler


def until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_success_keeps_the_result(submit, run, catalogue):
    ended = run(submit(), lambda context: {"name": context.job.payload["name"]})
    assert (ended.state, ended.result, ended.progress) == (JobState.DONE, {"name": "day.fits"}, 1.0)
    assert catalogue.failures() == []


def test_a_second_message_does_nothing(submit, run):
    calls = []
    job = submit()
    for _ in range(2):
        run(job, lambda context: calls.append(context.job.attempts) or {})
    assert calls == [1]


def test_a_message_for_an_unknown_job_is_dropped(jobs, catalogue):
    JobRunner(jobs=jobs, queue=LocalQueue(), handlers={}, worker="w").run("job-unknown")
    assert jobs.find() == []


def test_a_transient_error_is_tried_again_later(submit, run, jobs, catalogue):
    waiting = run(submit(), failing(UnavailableError("no answer")))
    assert waiting.state is JobState.QUEUED
    assert waiting.error.code == "unavailable"
    assert 0.3 < (waiting.not_before - waiting.updated).total_seconds() <= 0.5
    assert catalogue.failures() == []


def test_transient_errors_end_in_the_ledger_when_no_attempt_is_left(submit, run, catalogue):
    ended = run(submit(max_attempts=1), failing(UnavailableError("no answer")))
    assert ended.state is JobState.FAILED
    (entry,) = catalogue.failures()
    assert (entry.stage, entry.subject, entry.sha256, entry.code, entry.job_id) == (
        "ingest", "day.fits", "ab", "unavailable", ended.id,
    )  # fmt: skip


def test_success_after_a_retry_by_hand_clears_the_ledger(submit, run, jobs, catalogue):
    job = submit(max_attempts=2)
    run(job, failing(InvalidInputError("broken")))
    assert len(catalogue.failures()) == 1
    jobs.retry(job.id)
    assert run(job, lambda _: {}).state is JobState.DONE
    assert catalogue.failures() == []


def test_one_detectors_success_says_nothing_of_anothers(jobs, catalogue):
    def handler(context):
        if context.job.payload["detector"] == "broken":
            raise InvalidInputError("no")
        return {}

    runner = JobRunner(jobs=jobs, queue=LocalQueue(), handlers={JobKind.DETECT: handler}, worker="w")
    for detector in ("broken", "sound"):
        job, _ = jobs.submit(JobKind.DETECT, detector, {"observation_id": "obs-1", "detector": detector})
        runner.run(job.id)
    assert [entry.subject for entry in catalogue.failures()] == ["obs-1 broken"]


def test_a_usage_error_fails_at_once(submit, run, catalogue):
    ended = run(submit(), failing(InvalidInputError("day.fits: no rows")))
    assert (ended.state, ended.attempts, ended.error.code) == (JobState.FAILED, 1, "invalid_input")
    assert catalogue.failures()[0].message == "day.fits: no rows"


def test_a_handler_that_breaks_is_tried_again_and_said_in_one_line(submit, run, catalogue):
    waiting = run(submit(), failing(ZeroDivisionError("division\nby zero")))
    assert (waiting.state, waiting.error.code) == (JobState.QUEUED, "internal")
    assert waiting.error.message == "ingest job: division by zero"


def test_a_result_that_json_cannot_hold_does_not_leave_the_job_running(submit, run):
    ended = run(submit(max_attempts=1), lambda _: {"value": object()})
    assert ended.state is JobState.FAILED


def test_cancelling_a_running_job_reaches_its_handler(submit, run, jobs, catalogue):
    def handler(context):
        jobs.cancel(context.job.id)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            context.check()
            time.sleep(0.005)
        return {}

    ended = run(submit(), handler, lease=0.06)
    assert (ended.state, ended.error.code) == (JobState.CANCELLED, CancelledError.code)
    assert catalogue.failures() == []


def test_the_heartbeat_keeps_the_lease_and_tells_the_progress(submit, run, jobs):
    def handler(context):
        first = context.job.lease_until
        context.report(0.25)
        until(lambda: jobs.get(context.job.id).progress == 0.25)
        assert jobs.get(context.job.id).lease_until > first
        time.sleep(0.25)  # longer than the lease
        assert jobs.claim(context.job.id, worker="thief", lease=1) is None
        return {}

    assert run(submit(), handler, lease=0.15).state is JobState.DONE


def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(submit, jobs, catalogue):
    job = submit()

    stopped = []

    def handler(context):
        # The lease runs out for the store, and another worker takes the job over.
        now = utc_now() + timedelta(hours=1)
        jobs._clock = lambda: now
        assert jobs.claim(job.id, worker="worker-2", lease=30.0)
        try:
            until(context.check)
        except Exception as error:
            stopped.append(type(error).__name__)
            raise
        return {}

    JobRunner(
        jobs=jobs, queue=LocalQueue(), handlers={JobKind.INGEST: handler}, worker="worker-1", lease=0.06
    ).run(job.id)
    assert stopped == ["LeaseLostError"]
    assert (jobs.get(job.id).state, jobs.get(job.id).worker) == (JobState.RUNNING, "worker-2")
    assert catalogue.failures() == []


def test_a_crashed_workers_last_attempt_is_entered_in_the_ledger(submit, run, jobs, catalogue):
    job = submit(max_attempts=1)
    assert jobs.claim(job.id, worker="crashes", lease=0.0)
    ended = run(job, lambda _: {})
    assert (ended.state, ended.error.code) == (JobState.FAILED, "crashed")
    assert [entry.code for entry in catalogue.failures()] == ["crashed"]


def test_two_workers_share_one_job_only_once(submit, jobs, catalogue):
    job, calls, gate = submit(), [], threading.Barrier(4, timeout=5)

    def handler(context):
        calls.append(context.job.worker)
        time.sleep(0.02)
        return {}

    def work(name):
        runner = JobRunner(jobs=jobs, queue=LocalQueue(), handlers={JobKind.INGEST: handler}, worker=name)
        gate.wait()
        runner.run(job.id)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert jobs.get(job.id).state is JobState.DONE


class TestPatience:
    """A worker waits with its job in hand for what does not answer; that uses up no attempt."""

    def run(self, handler, **options):
        jobs = MemoryJobs()
        job, _ = jobs.submit(JobKind.DETECT, "k", {})
        handlers = {JobKind.DETECT: handler}
        JobRunner(jobs=jobs, queue=LocalQueue(), handlers=handlers, worker="w", **options).run(job.id)
        return jobs.get(job.id)

    def test_an_outage_shorter_than_it_costs_no_attempt(self):
        answers = iter([UnavailableError("S3 is away"), None])

        def handler(context):
            if error := next(answers):
                raise error
            return {"detections": 1}

        job = self.run(handler, patience=5.0)
        assert (job.state, job.attempts) == (JobState.DONE, 1)

    def test_a_longer_one_ends_the_attempt(self):
        def handler(context):
            raise UnavailableError("S3 is away")

        job = self.run(handler, patience=0.5)
        assert (job.state, job.attempts, job.error.code) == (JobState.QUEUED, 1, "unavailable")

    def test_whoever_waits_can_be_stopped(self):
        def handler(context):
            context.stop(CancelledError("enough"))
            raise UnavailableError("S3 is away")

        assert self.run(handler, patience=60.0).error.code == "cancelled"


class TestTogether:
    """Short jobs of a detector are taken in one go, and each has an outcome of its own."""

    @pytest.fixture
    def queue(self):
        return LocalQueue()

    @pytest.fixture
    def place(self, jobs, queue):
        def place(*names):
            payloads = {name: {"observation_id": name, "detector": "x"} for name in names}
            orders = [JobOrder(kind=JobKind.DETECT, key=name, payload=payload) for name, payload in payloads.items()]
            return [job.id for job in ordering.place(jobs, queue, orders)]

        return place

    @pytest.fixture
    def runner(self, jobs, queue):
        return lambda handler, **options: JobRunner(
            jobs=Counting(jobs), queue=queue, handlers={JobKind.DETECT: handler}, worker="w", **options
        )

    def test_a_message_of_many_costs_a_few_calls(self, jobs, place, runner):
        ids, working = place(*map(str, range(16))), runner(lambda context: {"saw": context.job.payload["observation_id"]})
        working.run(*ids)
        assert [jobs.get(job_id).result["saw"] for job_id in ids] == [str(n) for n in range(16)]
        assert working.jobs.calls == ["claim_all", "submit_all", "finish_all"] * 2, "one to learn how long they take"

    def test_what_waits_comes_along_with_a_single_message(self, jobs, place, runner):
        ids, working = place(*map(str, range(8))), runner(lambda _: {})
        working.run(ids[0])
        working.run(ids[5])
        assert {jobs.get(job_id).state for job_id in ids} == {JobState.DONE}

    def test_long_ones_are_taken_one_by_one(self, jobs, place, runner):
        ids, pace = place("a", "b", "c"), Pace()
        pace.saw("detect x", 2.0)
        waiting = []

        def look(context):
            waiting.append(len(jobs.find(states=(JobState.QUEUED,))))
            return {}

        runner(look, pace=pace).run(*ids)
        assert waiting == [2, 1, 0]

    def test_one_that_fails_takes_nothing_from_the_others(self, jobs, place, runner, catalogue):
        def look(context):
            if context.job.payload["observation_id"] == "bad":
                raise InvalidInputError("no")
            return {}

        ids, pace = place("a", "bad", "c", "d"), Pace()
        pace.saw("detect x", 0.001)
        runner(look, pace=pace).run(ids[0])
        states = [jobs.get(job_id).state for job_id in ids]
        assert states == [JobState.DONE, JobState.FAILED, JobState.DONE, JobState.DONE]
        assert [entry.subject for entry in catalogue.failures()] == ["bad x"]

    def test_one_that_was_cancelled_before_its_turn_is_not_done(self, jobs, place, runner):
        seen, pace = [], Pace()
        pace.saw("detect x", 0.001)

        def look(context):
            seen.append(context.job.payload["observation_id"])
            jobs.cancel(ids[1])
            time.sleep(0.1)
            return {}

        ids = place("a", "b")
        runner(look, pace=pace, lease=0.06).run(ids[0])
        assert seen == ["a"]
        assert [jobs.get(job_id).state for job_id in ids] == [JobState.DONE, JobState.CANCELLED]

    def test_one_whose_lease_another_took_is_left_to_it(self, jobs, place, runner):
        pace = Pace()
        pace.saw("detect x", 0.001)

        def look(context):
            later = utc_now() + timedelta(hours=1)
            jobs._clock = lambda: later
            assert jobs.claim(ids[0], worker="other", lease=30.0)
            return {}

        ids = place("a", "b")
        runner(look, pace=pace).run(*ids[:1])
        assert (jobs.get(ids[0]).state, jobs.get(ids[0]).worker) == (JobState.RUNNING, "other")

    def test_what_follows_is_queued_with_the_end_and_only_then(self, jobs, place, runner, queue):
        told = []
        queue.consume(JobKind.ASSOCIATE, lambda *ids: told.append(ids))

        def look(context):
            assert context.follow(JobOrder(kind=JobKind.ASSOCIATE, key=context.job.id))
            if context.job.payload["observation_id"] == "bad":
                raise InvalidInputError("no")
            assert not jobs.find(kind=JobKind.ASSOCIATE)
            return {}

        pace = Pace()
        pace.saw("detect x", 0.001)
        runner(look, pace=pace).run(place("a", "bad", "c")[0])
        followed = {job.id for job in jobs.find(kind=JobKind.ASSOCIATE)}
        assert len(followed) == 2
        until(lambda: {job_id for ids in told for job_id in ids} == followed)
        queue.close()


class Counting:
    """A job store that writes down which calls it gets."""

    def __init__(self, jobs):
        self.jobs, self.calls = jobs, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self.jobs, name)
