"""What becomes of jobs when the process that does them is told to end."""

import threading
import time

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import TransientError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.runtime.runner import JobRunner
from support.waiting import eventually


def test_a_job_that_goes_on_too_long_is_given_back(submit, run, jobs, catalogue):
    stopping = threading.Event()

    def handler(context):
        stopping.set()
        eventually(context.check, seconds=5)
        return {}

    ended = run(submit(), handler, lease=0.06, stopping=stopping, farewell=0.1)
    assert (ended.state, ended.error.message[:17]) == (JobState.QUEUED, "this process ends")
    assert catalogue.failures() == []


def test_a_job_that_is_nearly_done_ends(submit, run):
    stopping = threading.Event()

    def handler(context):
        stopping.set()
        time.sleep(0.2)
        context.check()
        return {"told": 1}

    ended = run(submit(), handler, lease=0.06, stopping=stopping)
    assert (ended.state, ended.result) == (JobState.DONE, {"told": 1})


def test_the_rest_of_a_message_is_left_to_others(jobs):
    stopping = threading.Event()
    first, second = (jobs.submit(JobKind.INGEST, str(number), {})[0] for number in range(2))
    runner = JobRunner(
        jobs=jobs,
        queue=LocalQueue(),
        handlers={JobKind.INGEST: lambda _: stopping.set() or {}},
        worker="worker-1",
        stopping=stopping,
    )
    with pytest.raises(TransientError, match="this process ends"):
        runner.run(first.id, second.id)
    assert [jobs.get(job.id).state for job in (first, second)] == [JobState.DONE, JobState.QUEUED]
