"""Threads that take the ids that are published."""

import threading

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobKind


@pytest.fixture
def queue():
    opened = LocalQueue()
    yield opened
    opened.close()


def test_every_id_reaches_its_kind_once(queue):
    taken = {kind: [] for kind in JobKind}
    for kind in JobKind:
        queue.consume(kind, taken[kind].append, threads=3)
    for number in range(100):
        queue.publish(JobKind.DETECT, f"detect-{number}")
        queue.publish(JobKind.INGEST, f"ingest-{number}")
    assert queue.join(timeout=10)
    assert sorted(taken[JobKind.DETECT]) == sorted(f"detect-{n}" for n in range(100))
    assert sorted(taken[JobKind.INGEST]) == sorted(f"ingest-{n}" for n in range(100))
    assert taken[JobKind.TRAIN] == []


def test_what_is_published_before_anyone_listens_waits(queue):
    queue.publish(JobKind.DETECT, "early")
    assert not queue.join(timeout=0.01)
    taken = []
    queue.consume(JobKind.DETECT, taken.append)
    assert queue.join(timeout=10)
    assert taken == ["early"]


def test_a_callback_that_breaks_does_not_end_its_thread(queue):
    taken = []

    def callback(job_id):
        taken.append(job_id)
        raise UnavailableError("no database") if job_id == "first" else RuntimeError("a defect")

    queue.consume(JobKind.DETECT, callback)
    for job_id in ("first", "second", "third"):
        queue.publish(JobKind.DETECT, job_id)
    assert queue.join(timeout=10)
    assert taken == ["first", "second", "third"]


def test_what_went_wrong_last_is_told_once(queue):
    def callback(job_id):
        if job_id == "bad":
            raise UnavailableError("the disk is full")

    queue.consume(JobKind.DETECT, callback)
    for job_ids in (["good", "bad"], ["bad", "good"]):
        for job_id in job_ids:
            queue.publish(JobKind.DETECT, job_id)
        assert queue.join(timeout=10)
        if job_ids[-1] == "bad":
            with pytest.raises(UnavailableError, match="the disk is full"):
                queue.check()
        queue.check()


def test_threads_work_at_the_same_time(queue):
    meeting = threading.Barrier(2, timeout=10)
    queue.consume(JobKind.DETECT, lambda _: meeting.wait(), threads=2)
    queue.publish(JobKind.DETECT, "a")
    queue.publish(JobKind.DETECT, "b")
    assert queue.join(timeout=10)
    assert not meeting.broken


def test_closing_waits_for_what_is_being_done():
    queue, begun, go_on, ended = LocalQueue(), threading.Event(), threading.Event(), []

    def callback(job_id):
        begun.set()
        go_on.wait(10)
        ended.append(job_id)

    queue.consume(JobKind.DETECT, callback)
    queue.publish(JobKind.DETECT, "slow")
    assert begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    queue.close()
    assert ended == ["slow"]


def test_higher_priorities_are_taken_first_and_within_one_who_came_first():
    queue, seen = LocalQueue(), []
    for name, priority in (("old", 1), ("a", 5), ("b", 5), ("urgent", 9)):
        queue.publish(JobKind.DETECT, name, priority=priority)
    queue.consume(JobKind.DETECT, seen.append)
    assert queue.join(timeout=10)
    queue.close()
    assert seen == ["urgent", "a", "b", "old"]
