"""A job that fails for good is in the ledger from that moment on."""

from helioscribe.domain.job import Job, JobKind, JobState
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from support.factories import make_failure
from support.jobs import NAN, claim


def test_the_end_takes_its_subject_out_of_the_ledger(jobs: JobStore, catalogue: Catalogue, job: Job) -> None:
    for subject in (job.subject, "obs-2"):
        catalogue.add_failure(make_failure(stage=job.kind.value, subject=subject))
    claim(jobs, job)
    assert len(catalogue.failures()) == 2
    jobs.finish(job.id, worker="a", result={})
    assert [failure.subject for failure in catalogue.failures()] == ["obs-2"]


def test_a_failure_is_entered_with_its_end(jobs, catalogue, job):
    claim(jobs, job)
    jobs.fail(job.id, worker="a", error=NAN, retry_in=1.0)
    assert catalogue.failures() == []
    jobs.retry(job.id)
    claim(jobs, jobs.submit(JobKind.DETECT, "other", {"name": "b.fits", "sha256": "ab"}, max_attempts=1)[0])
    other = jobs.find(states=(JobState.RUNNING,))[0]
    jobs.fail(other.id, worker="a", error=NAN, retry_in=1.0)
    (entry,) = catalogue.failures()
    assert (entry.stage, entry.subject, entry.sha256, entry.code, entry.job_id) == (
        "detect",
        "b.fits",
        "ab",
        "invalid_input",
        other.id,
    )


def test_workers_that_vanished_too_often_are_entered(jobs, catalogue, clock):
    job = jobs.submit(JobKind.INGEST, "k", {"name": "c.fits"}, max_attempts=1)[0]
    claim(jobs, job, lease=5)
    clock.advance(6)
    assert jobs.claim(job.id, worker="b", lease=5) is None
    assert [(entry.subject, entry.code) for entry in catalogue.failures()] == [("c.fits", "crashed")]
