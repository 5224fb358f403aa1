"""The end of every job."""

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.runtime.runner import JobRunner


def failing(error):
    def handler(_):
        raise error

    return handler


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
        "ingest",
        "day.fits",
        "ab",
        "unavailable",
        ended.id,
    )


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
