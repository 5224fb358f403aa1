from prometheus_client import CollectorRegistry

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryJobs
from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.runner import JobRunner


def sample(name, **labels):
    registry: CollectorRegistry = metrics().registry
    return registry.get_sample_value(name, labels) or 0.0


def count(outcome):
    return sample("helioscribe_jobs_total", kind="train", outcome=outcome)


def run(handler, key, **limits):
    jobs = MemoryJobs()
    job, _ = jobs.submit(JobKind.TRAIN, key, {}, **limits)
    JobRunner(jobs=jobs, queue=LocalQueue(), handlers={JobKind.TRAIN: handler}, worker="w").run(job.id)


def failing(error):
    def handler(context):
        assert sample("helioscribe_jobs_running", kind="train") == 1
        raise error

    return handler


def test_every_attempt_is_counted_by_how_it_went():
    before = {outcome: count(outcome) for outcome in ("done", "failed", "retried")}
    waits = sample("helioscribe_job_wait_seconds_count", kind="train")
    run(lambda context: {}, "well")
    run(failing(InvalidInputError("no")), "badly")
    run(failing(UnavailableError("later")), "again")
    run(failing(UnavailableError("later")), "never", max_attempts=1)
    after = {outcome: count(outcome) - number for outcome, number in before.items()}
    assert after == {"done": 1, "failed": 2, "retried": 1}
    assert sample("helioscribe_jobs_running", kind="train") == 0
    assert sample("helioscribe_job_wait_seconds_count", kind="train") == waits + 4
