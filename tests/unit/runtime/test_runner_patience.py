"""A worker waits with its job in hand for what does not answer; that uses up no attempt."""

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryJobs
from helioscribe.domain.errors import CancelledError, UnavailableError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.runtime.runner import JobRunner


def end_of(handler, **options):
    jobs = MemoryJobs()
    job, _ = jobs.submit(JobKind.DETECT, "k", {})
    handlers = {JobKind.DETECT: handler}
    JobRunner(jobs=jobs, queue=LocalQueue(), handlers=handlers, worker="w", **options).run(job.id)
    return jobs.get(job.id)


def test_an_outage_shorter_than_it_costs_no_attempt():
    answers = iter([UnavailableError("S3 is away"), None])

    def handler(context):
        if error := next(answers):
            raise error
        return {"detections": 1}

    job = end_of(handler, patience=5.0)
    assert (job.state, job.attempts) == (JobState.DONE, 1)


def test_a_longer_one_ends_the_attempt():
    def handler(context):
        raise UnavailableError("S3 is away")

    job = end_of(handler, patience=0.5)
    assert (job.state, job.attempts, job.error.code) == (JobState.QUEUED, 1, "unavailable")


def test_whoever_waits_can_be_stopped():
    def handler(context):
        context.stop(CancelledError("enough"))
        raise UnavailableError("S3 is away")

    assert end_of(handler, patience=60.0).error.code == "cancelled"
