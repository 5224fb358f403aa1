"""Short jobs of a detector are taken in one go, and each has an outcome of its own."""

import time
from datetime import timedelta

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import JobKind, JobOrder, JobState
from helioscribe.domain.times import utc_now
from helioscribe.runtime import ordering
from helioscribe.runtime.pace import Pace
from helioscribe.runtime.runner import JobRunner
from support.waiting import eventually


class Counting:
    """A job store that writes down which calls it gets."""

    def __init__(self, jobs):
        self.jobs, self.calls = jobs, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self.jobs, name)


@pytest.fixture
def queue():
    return LocalQueue()


@pytest.fixture
def place(jobs, queue):
    def place(*names):
        payloads = {name: {"observation_id": name, "detector": "x"} for name in names}
        orders = [JobOrder(kind=JobKind.DETECT, key=name, payload=payload) for name, payload in payloads.items()]
        return [job.id for job in ordering.place(jobs, queue, orders)]

    return place


@pytest.fixture
def runner(jobs, queue):
    return lambda handler, **options: JobRunner(
        jobs=Counting(jobs), queue=queue, handlers={JobKind.DETECT: handler}, worker="w", **options
    )


def test_a_message_of_many_costs_a_few_calls(jobs, place, runner):
    ids, working = place(*map(str, range(16))), runner(lambda context: {"saw": context.job.payload["observation_id"]})
    working.run(*ids)
    assert [jobs.get(job_id).result["saw"] for job_id in ids] == [str(n) for n in range(16)]
    assert working.jobs.calls == ["claim_all", "submit_all", "finish_all"] * 2, "one to learn how long they take"


def test_what_waits_comes_along_with_a_single_message(jobs, place, runner):
    ids, working = place(*map(str, range(8))), runner(lambda _: {})
    working.run(ids[0])
    working.run(ids[5])
    assert {jobs.get(job_id).state for job_id in ids} == {JobState.DONE}


def test_long_ones_are_taken_one_by_one(jobs, place, runner):
    ids, pace = place("a", "b", "c"), Pace()
    pace.saw("detect x", 2.0)
    waiting = []

    def look(context):
        waiting.append(len(jobs.find(states=(JobState.QUEUED,))))
        return {}

    runner(look, pace=pace).run(*ids)
    assert waiting == [2, 1, 0]


def test_one_that_fails_takes_nothing_from_the_others(jobs, place, runner, catalogue):
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


def test_one_that_was_cancelled_before_its_turn_is_not_done(jobs, place, runner):
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


def test_one_whose_lease_another_took_is_left_to_it(jobs, place, runner):
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


def test_what_follows_is_queued_with_the_end_and_only_then(jobs, place, runner, queue):
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
    eventually(lambda: {job_id for ids in told for job_id in ids} == followed)
    queue.close()
