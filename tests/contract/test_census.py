"""The census on every database that there is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from helioscribe.db import SqlCatalogue, SqlCensus, SqlJobs, migrate, open_engine
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobError, JobKind, JobState
from helioscribe.domain.times import utc_now
from helioscribe.runtime.census import CensusCollector
from support.factories import make_observation, make_run


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.integration)])
def engine(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'c.sqlite'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = open_engine(url)
    migrate(opened)
    yield opened
    opened.dispose()


def test_an_empty_platform(engine):
    census = SqlCensus(engine).take()
    assert set(census.jobs.values()) == {0}
    assert set(census.waiting.values()) == {0.0}
    assert (census.coverage_lag, census.failures, census.pending) == ({}, {}, 0)


def test_jobs_are_counted_by_kind_and_state_and_the_oldest_tells_the_age(engine):
    began = utc_now()
    jobs = SqlJobs(engine, clock=lambda: began)
    for key in "abcd":
        jobs.submit(JobKind.DETECT, key, {})
    running, failed, later, _ = jobs.find(kind=JobKind.DETECT)
    jobs.claim(running.id, worker="w", lease=30)
    error = JobError(code="x", message="x")
    for job, again in ((failed, None), (later, 3600.0)):
        jobs.claim(job.id, worker="w", lease=30)
        jobs.fail(job.id, worker="w", error=error, retry_in=again)
    census = SqlCensus(engine, clock=lambda: began + timedelta(seconds=90)).take()
    assert {
        state: census.jobs[JobKind.DETECT, state] for state in (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)
    } == {JobState.QUEUED: 2, JobState.RUNNING: 1, JobState.FAILED: 1}
    assert census.waiting[JobKind.DETECT] == pytest.approx(90, abs=0.01)
    assert census.waiting[JobKind.INGEST] == 0


def test_coverage_lag_and_pending_detections(engine):
    catalogue = SqlCatalogue(engine)
    observation = make_observation()
    catalogue.add_observation(observation)
    run = make_run(observation)
    catalogue.record_run(run)
    end = max(coverage.span.time_range.end for coverage in run.coverage)
    census = SqlCensus(engine, clock=lambda: end + timedelta(minutes=5)).take()
    assert census.coverage_lag == {run.method.detector: 300.0}
    assert census.pending == len(run.detections) > 0


def test_as_metrics_and_none_while_the_database_is_away(engine):
    registry, taker = CollectorRegistry(), SqlCensus(engine)
    collector = CensusCollector(taker)
    registry.register(collector)
    assert registry.get_sample_value("helioscribe_jobs", {"kind": "detect", "state": "queued"}) == 0
    assert registry.get_sample_value("helioscribe_pending_detections") == 0

    class Away:
        def take(self):
            raise UnavailableError("away")

    assert list(CensusCollector(Away()).collect()) == []
    assert replace(taker.take(), pending=3).pending == 3
