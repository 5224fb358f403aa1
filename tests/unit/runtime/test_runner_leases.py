"""Jobs that are held, lost, cancelled and shared while they are worked on."""

import threading
import time
from datetime import timedelta

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import CancelledError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.times import utc_now
from helioscribe.runtime.runner import JobRunner
from support.waiting import eventually


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
        eventually(lambda: jobs.get(context.job.id).progress == 0.25)
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
            eventually(context.check)
        except Exception as error:
            stopped.append(type(error).__name__)
            raise
        return {}

    JobRunner(jobs=jobs, queue=LocalQueue(), handlers={JobKind.INGEST: handler}, worker="worker-1", lease=0.06).run(
        job.id
    )
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
