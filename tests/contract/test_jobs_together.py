"""Many jobs at the cost of one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.job import JobKind, JobOrder, JobState, Priority
from helioscribe.ports.jobs import JobStore
from support.jobs import NAN


def ordered(number: int, detector: str = "x", **options) -> JobOrder:
    payload = {"observation_id": f"obs-{number}", "detector": detector}
    return JobOrder(kind=JobKind.DETECT, key=f"{detector} {number} {options}", payload=payload, **options)


def place(jobs: JobStore, count: int, detector: str = "x", **options) -> list[str]:
    return [job.id for job, _ in jobs.submit_all([ordered(number, detector, **options) for number in range(count)])]


def test_orders_become_jobs_once(jobs):
    orders = [ordered(1), ordered(2), ordered(1)]
    submitted = jobs.submit_all(orders)
    assert [(job.id, new) for job, new in submitted] == [
        (orders[0].id, True),
        (orders[1].id, True),
        (orders[0].id, False),
    ]
    assert jobs.get(orders[1].id) == submitted[1][0]
    assert [new for _, new in jobs.submit_all([ordered(2), ordered(3)])] == [False, True]
    assert jobs.submit_all([]) == []


def test_one_bad_order_leaves_none(jobs):
    with pytest.raises(InvalidInputError, match="priority"):
        jobs.submit_all([ordered(1), ordered(2, priority=10)])
    assert jobs.find() == []


def test_the_trace_is_that_of_the_order(jobs):
    ((job, _),) = jobs.submit_all([ordered(1, trace="00-" + "1" * 32 + "-" + "2" * 16 + "-01")])
    assert jobs.get(job.id).trace.split("-")[1] == "1" * 32


def test_several_are_claimed_and_finished_in_one_call(jobs):
    ids = place(jobs, 3)
    taken = jobs.claim_all(ids[:2], worker="a", lease=30)
    assert [(job.id, job.state, job.worker, job.attempts) for job in taken] == [
        (job_id, JobState.RUNNING, "a", 1) for job_id in ids[:2]
    ]
    assert jobs.claim_all(ids, worker="b", lease=30) == [jobs.get(ids[2])]
    assert set(jobs.finish_all({ids[0]: {"n": 1}, ids[2]: {}, ids[1]: {"n": 2}}, worker="a")) == set(ids[:2])
    assert [jobs.get(job_id).result for job_id in ids] == [{"n": 1}, {"n": 2}, {}]
    assert jobs.get(ids[2]).state is JobState.RUNNING


def test_others_that_wait_in_the_same_group_come_along(jobs):
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


def test_chunks_and_long_work_come_alone(jobs):
    for kind, payload in ((JobKind.DETECT, {"observation_ids": ["a"], "detector": "x"}), (JobKind.TRAIN, {})):
        ids = [jobs.submit(kind, str(number), payload)[0].id for number in range(2)]
        assert len(jobs.claim_all(ids[:1], worker="a", lease=30, along={"": 5, kind.value: 5})) == 1


def test_who_was_tried_before_comes_alone(jobs, clock):
    ids = place(jobs, 4)
    jobs.claim_all(ids[:2], worker="dies", lease=10)
    clock.advance(11)
    assert [job.id for job in jobs.claim_all([ids[2], ids[0]], worker="b", lease=30)] == [ids[2]]
    assert [job.id for job in jobs.claim_all([ids[0], ids[3]], worker="b", lease=30, along={"detect x": 9})] == [ids[0]]
    assert jobs.get(ids[3]).state is JobState.QUEUED
    jobs.fail(ids[0], worker="b", error=NAN, retry_in=0)
    assert [job.id for job in jobs.claim_all([ids[3]], worker="c", lease=30, along={"detect x": 9})] == [ids[3]]


def test_an_unknown_job_takes_nothing(jobs):
    ids = place(jobs, 1)
    for unknown in ("job-unknown", ""):
        with pytest.raises(NotFoundError):
            jobs.claim_all([*ids, unknown], worker="a", lease=30)
    assert jobs.get(ids[0]).state is JobState.QUEUED


def test_workers_at_the_same_time_share_what_waits(jobs):
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
