"""A Celery worker in this process, on a broker in memory."""

import threading
import time

import pytest
from celery.app.trace import reset_worker_optimizations
from celery.worker import state

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.job import JobKind, JobState
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.worker import consume

pytestmark = pytest.mark.timeout(30)


@pytest.fixture
def work(jobs, monkeypatch):
    monkeypatch.setattr(state, "should_stop", None)  # Celery's worker is the only one of its process

    def work(handler, stopping):
        handlers = {JobKind.INGEST: handler}
        runner = JobRunner(jobs=jobs, queue=LocalQueue(), handlers=handlers, worker="worker-1", stopping=stopping)
        consume("memory://", runner, kinds=[JobKind.INGEST], concurrency=1)

    yield work
    reset_worker_optimizations()


def test_one_that_is_told_to_end_before_it_has_begun_ends(work):
    stopping = threading.Event()
    stopping.set()
    work(lambda _: {}, stopping)


def test_one_that_is_told_to_end_ends_the_job_in_hand(work, jobs, submit):
    job, stopping, queue = submit(), threading.Event(), CeleryQueue("memory://")

    def handler(_):
        stopping.set()
        time.sleep(0.2)
        return {"whole": True}

    queue.publish(job.kind, job.id)
    work(handler, stopping)
    queue.close()
    assert (jobs.get(job.id).state, jobs.get(job.id).result) == (JobState.DONE, {"whole": True})
