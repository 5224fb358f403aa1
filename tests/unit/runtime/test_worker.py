"""A Celery worker in this process."""

import threading

import pytest
from celery.worker import state

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.job import JobKind
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.worker import consume


@pytest.mark.timeout(30)
def test_one_that_is_told_to_end_before_it_has_begun_ends(jobs, monkeypatch):
    monkeypatch.setattr(state, "should_stop", None)  # Celery's worker is the only one of its process
    stopping = threading.Event()
    stopping.set()
    handlers = {JobKind.INGEST: lambda _: {}}
    runner = JobRunner(jobs=jobs, queue=LocalQueue(), handlers=handlers, worker="worker-1", stopping=stopping)
    consume("memory://", runner, kinds=[JobKind.INGEST], concurrency=1)
