import io
import time
from threading import Thread

import pytest

from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.embedded.platform import Embedded
from support.waiting import eventually


def brought(embedded, path, **options):
    with path.open("rb") as data:
        return embedded.wait(embedded.accept(data, name=path.name, **options), timeout=60)


def test_a_file_becomes_events(home, goes):
    with Embedded(home) as embedded:
        outcome = brought(embedded, goes)
        (event,) = embedded.events(outcome)
    assert (outcome.name, outcome.errors) == (goes.name, ())
    assert [job.payload["detector"] for job in outcome.detections] == ["xray-threshold"]
    assert event.observation_ids == (outcome.observation_id,)


def test_the_same_file_twice_changes_nothing(home, goes):
    with Embedded(home) as embedded:
        first = embedded.events(brought(embedded, goes))
        eventually(lambda: all(job.state is JobState.DONE for job in embedded.platform.jobs.find()))
        log, jobs = embedded.platform.catalogue.watch(), embedded.platform.jobs.find()
        assert embedded.events(brought(embedded, goes)) == first
        assert embedded.platform.catalogue.watch() == log
        assert embedded.platform.jobs.find() == jobs
    with Embedded(home) as embedded:
        assert embedded.events(brought(embedded, goes)) == first


def test_two_processes_worth_of_platforms_share_a_home(home, goes, stix):
    with Embedded(home) as one, Embedded(home) as other:
        outcomes = []
        jobs = [(one, goes), (other, goes), (one, stix), (other, stix)]
        threads = [Thread(target=lambda e=e, p=p: outcomes.append(brought(e, p))) for e, p in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [outcome.errors for outcome in outcomes] == [()] * 4
        assert len({outcome.observation_id for outcome in outcomes}) == 2
        runs = [one.platform.catalogue.runs(observation_id=o.observation_id) for o in outcomes]
        assert [len(found) for found in runs] == [1] * 4


def test_a_bad_file_ends_in_the_ledger_and_a_good_one_of_its_name_takes_it_out(home, goes):
    with Embedded(home) as embedded:
        bad = embedded.wait(embedded.accept(io.BytesIO(goes.read_bytes()[:3000]), name=goes.name))
        assert (bad.observation_id, [error.code for error in bad.errors]) == ("", ["invalid_input"])
        (failure,) = embedded.platform.catalogue.failures()
        assert failure.subject == goes.name
        assert brought(embedded, goes).errors == ()
        assert embedded.platform.catalogue.failures() == []


def test_what_could_not_be_opened_is_in_the_ledger(home):
    with Embedded(home, work=False) as embedded:
        outcome = embedded.refuse("x.fits", InvalidInputError("x.fits: no permission"))
        assert [error.message for error in outcome.errors] == ["x.fits: no permission"]
        (failure,) = embedded.platform.catalogue.failures()
        assert (failure.stage, failure.code) == ("ingest", "invalid_input")


def settled(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


def test_what_failed_is_tried_again_when_it_is_brought_again(home, goes, monkeypatch):
    def broken(*_, **__):
        raise PluginError("detector xray-threshold: it broke")

    with Embedded(home) as embedded:
        with monkeypatch.context() as patched:
            patched.setattr(embedded.host, "run", broken)
            failed = brought(embedded, goes)
        assert [error.code for error in failed.errors] == ["plugin"]
        # The ledger is written a moment after the job has ended.
        settled(lambda: [failure.stage for failure in embedded.platform.catalogue.failures()] == ["detect"])
        again = brought(embedded, goes)
        settled(lambda: embedded.platform.catalogue.failures() == [])
    assert again.errors == ()
    assert [(job.id, job.state) for job in again.detections] == [(failed.detections[0].id, JobState.DONE)]


def test_jobs_wait_for_a_platform_that_works(home, goes):
    with Embedded(home, work=False) as embedded, goes.open("rb") as data:
        accepted = embedded.accept(data, name=goes.name)
        assert embedded.platform.jobs.get(accepted.job.id).state is JobState.QUEUED
    with Embedded(home) as embedded:
        outcome = brought(embedded, goes)
        assert outcome.errors == ()
        assert [job.kind for job in embedded.platform.jobs.find(kind=JobKind.INGEST)] == [JobKind.INGEST]


def test_parameters_are_checked_before_anything_runs(home, stix):
    with Embedded(home) as embedded:
        outcome = brought(embedded, stix, detectors=["stix-lstm"], parameters={"threshold": -1})
        assert "outside" in outcome.errors[0].message


@pytest.mark.parametrize("detectors", [["xray-threshold"], ["nobody"]])
def test_a_detector_that_cannot_read_the_file_is_named(home, stix, detectors):
    with Embedded(home) as embedded:
        outcome = brought(embedded, stix, detectors=detectors)
        assert detectors[0] in outcome.errors[0].message


def test_retry_does_a_failed_ingest_again(home):
    with Embedded(home) as embedded:
        accepted = embedded.accept(io.BytesIO(b"no light curve at all\n"), name="words.txt")
        first = embedded.wait(accepted)
        again = embedded.retry(accepted.job.id)
        assert again.errors == first.errors
        assert embedded.platform.jobs.get(accepted.job.id).attempts >= 1
