"""Work that nobody does is brought back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.catalogue.handlers import Reaper
from helioscribe.catalogue.reruns import Reruns
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobError, JobKind, JobState
from helioscribe.domain.times import utc_now
from support.factories import make_observation, make_run


@dataclass
class Bells:
    """A queue that only remembers."""

    rung: list[tuple[JobKind, str]] = field(default_factory=list)
    broken: bool = False

    def publish(self, kind: JobKind, job_id: str, *, priority: object = None) -> None:
        if self.broken:
            raise UnavailableError("no broker")
        self.rung.append((kind, job_id))

    def close(self) -> None:
        pass


@dataclass
class Place:
    now: datetime = field(default_factory=utc_now)
    bells: Bells = field(default_factory=Bells)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)

    def __post_init__(self) -> None:
        self.jobs = MemoryJobs(clock=lambda: self.now)
        models = MemoryModels()
        self.reaper = Reaper(
            jobs=self.jobs,
            queue=self.bells,
            catalogue=self.catalogue,
            sides=ModelFollower(self.catalogue, models),
            reruns=Reruns(self.catalogue, models, self.jobs, self.bells),
        )

    def detect(self) -> None:
        self.catalogue.add_observation(make_observation())
        self.catalogue.record_run(make_run())


@pytest.fixture
def place() -> Place:
    return Place()


def test_nothing_to_do_rings_nothing(place):
    assert place.reaper.tick() == 0
    assert place.bells.rung == []


def test_a_job_whose_worker_vanished_is_published_again(place):
    job, _ = place.jobs.submit(JobKind.DETECT, "key", {})
    place.jobs.claim(job.id, worker="gone", lease=30.0)
    assert place.reaper.tick() == 0
    place.now += timedelta(seconds=31)
    assert place.reaper.tick() == 1
    assert place.bells.rung == [(JobKind.DETECT, job.id)]
    assert place.jobs.get(job.id).state is JobState.QUEUED


def test_detections_without_a_job_get_one(place):
    place.detect()
    assert place.reaper.tick() == 1
    [(kind, job_id)] = place.bells.rung
    assert kind is JobKind.ASSOCIATE
    assert place.jobs.get(job_id).state is JobState.QUEUED
    assert place.reaper.tick() == 0


def test_detections_whose_job_waits_or_runs_are_left_to_it(place):
    place.detect()
    job, _ = place.jobs.submit(JobKind.ASSOCIATE, "run", {})
    assert place.reaper.tick() == 0
    place.jobs.claim(job.id, worker="busy", lease=30.0)
    assert place.reaper.tick() == 0


def test_a_failed_association_rests_before_it_is_tried_again(place):
    place.detect()
    place.reaper.tick()
    [(_, job_id)] = place.bells.rung
    place.jobs.claim(job_id, worker="unlucky", lease=30.0)
    place.jobs.fail(job_id, worker="unlucky", error=JobError(code="internal", message="no"), retry_in=None)
    assert place.reaper.tick() == 0
    place.jobs.claim(job_id, worker="unlucky", lease=30.0)
    place.now -= timedelta(minutes=10)
    place.jobs.retry(job_id)
    place.jobs.claim(job_id, worker="unlucky", lease=30.0)
    place.jobs.fail(job_id, worker="unlucky", error=JobError(code="internal", message="no"), retry_in=None)
    assert place.reaper.tick() == 1
    assert place.jobs.get(job_id).state is JobState.QUEUED


def test_a_broken_broker_is_no_end(place, caplog):
    place.detect()
    place.bells.broken = True
    assert place.reaper.tick() == 0
    assert "no broker" in caplog.text
    place.bells.broken = False
    place.now += timedelta(seconds=60)
    assert place.reaper.tick() == 1
