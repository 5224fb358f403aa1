"""A rollback brings the earlier model's events back, a shadow's are never shown, and a promotion shows them after all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.catalogue.handlers import AssociationHandler
from helioscribe.catalogue.reruns import Reruns
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.db import SqlCatalogue, SqlModels, migrate, open_engine
from helioscribe.domain.association import WITHDRAWN
from helioscribe.domain.event import EventStatus
from helioscribe.domain.job import JobKind, JobOrder, Priority, new_job
from helioscribe.domain.model import Alias
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.job_context import JobContext
from support.factories import (
    at,
    make_card,
    make_coverage,
    make_detection,
    make_method,
    make_observation,
    make_provenance,
    make_run,
)


@dataclass
class Place:
    """A catalogue and a registry with three versions, the first of which serves."""

    catalogue: Any
    models: Any
    handler: AssociationHandler = field(init=False)

    def __post_init__(self) -> None:
        for number in "123":
            self.models.register(make_card(number))
        self.models.promote("stix-lstm", "1", by="test")
        self.handler = AssociationHandler(catalogue=self.catalogue, sides=ModelFollower(self.catalogue, self.models))

    def record(self, version: str, *spans: tuple[float, float], day: str = "V01", counts: bool = True) -> None:
        observation = make_observation(day)
        self.catalogue.add_observation(observation)
        method = make_method(model_version=version, model_sha256=version * 64)
        found = tuple(make_detection(*one, provenance=make_provenance(observation, method=method)) for one in spans)
        coverage = (make_coverage(observation, method_id=method.id),)
        self.catalogue.record_run(
            make_run(
                observation,
                method=method,
                detections=found,
                coverage=coverage,
                at=at(2000 + int(version)),
                counts=counts,
            )
        )

    def associate(self) -> None:
        self.handler.run(JobContext(new_job(JobOrder(kind=JobKind.ASSOCIATE, key="run"), now=at())))

    def shown(self) -> list[tuple[str, Any, Any]]:
        return [(event.id, event.event_starttime, event.event_endtime) for event in self.catalogue.search(EventQuery())]


@pytest.fixture(params=["memory", "sqlite"])
def place(request, tmp_path) -> Iterator[Place]:
    if request.param == "memory":
        yield Place(MemoryCatalogue(), MemoryModels())
        return
    engine = open_engine(f"sqlite:///{tmp_path}/catalogue.db")
    migrate(engine)
    yield Place(SqlCatalogue(engine), SqlModels(engine))
    engine.dispose()


def test_a_rollback_restores_the_events_of_the_model_before(place):
    place.record("1", (10, 20), (20, 40), (100, 120))
    place.associate()
    before = place.shown()
    place.models.promote("stix-lstm", "2", by="test")
    place.record("2", (10, 40), (101, 130), (300, 310))  # two in one, one longer, one of its own
    place.associate()
    assert len(place.shown()) == 3
    assert place.shown() != before
    place.models.rollback("stix-lstm", by="test", reason="merges flares")
    place.associate()
    assert place.shown() == before
    gone = [
        one
        for one in place.catalogue.search(EventQuery(statuses=(EventStatus.RETRACTED,)))
        if WITHDRAWN in one.attributes
    ]
    assert [one.attributes[WITHDRAWN] for one in gone] == ["2"]
    assert place.catalogue.revisions(gone[0].id)[-1].reason == "model 2 was withdrawn"
    place.associate()
    assert place.shown() == before, "nothing is left to do"
    assert place.catalogue.pending_detections() == []


def test_a_model_that_is_promoted_again_brings_its_events_back(place):
    place.record("1", (10, 20))
    place.models.promote("stix-lstm", "2", by="test")
    place.record("2", (12, 25), (300, 310))
    place.associate()
    with_second = place.shown()
    place.models.rollback("stix-lstm", by="test")
    place.associate()
    assert len(place.shown()) == 1
    place.models.promote("stix-lstm", "2", by="test", reason="after all")
    place.associate()
    assert place.shown() == with_second
    [own] = [one for one in place.catalogue.search(EventQuery()) if one.event_starttime > at(200)]
    assert place.catalogue.revisions(own.id)[-1].reason == "its model counts again"


def test_a_run_that_ends_after_the_rollback_does_not_count(place):
    place.record("1", (10, 20))
    place.models.promote("stix-lstm", "2", by="test")
    place.associate()
    before = place.shown()
    place.models.rollback("stix-lstm", by="test")
    place.associate()
    place.record("2", (12, 25), (300, 310))
    place.associate()
    assert place.shown() == before


def test_an_earlier_champion_counts_on(place):
    place.record("1", (10, 20))
    place.models.promote("stix-lstm", "2", by="test")
    place.record("2", day="next")
    place.associate()
    assert len(place.shown()) == 1


def test_a_shadow_is_neither_shown_nor_coverage_until_it_is_promoted(place):
    place.record("1", (10, 20))
    place.models.promote("stix-lstm", "3", alias=Alias.SHADOW, by="test")
    place.record("3", (11, 22), (300, 310), counts=False)
    place.associate()
    assert len(place.shown()) == 1
    assert len(place.catalogue.coverage()) == 1
    observation = make_observation("V01")
    assert [run.counts for run in place.catalogue.runs(observation_id=observation.id)] == [True, False]
    place.models.promote("stix-lstm", "3", by="test")
    place.associate()
    assert [start for _, start, _ in place.shown()] == [
        event.event_starttime for event in place.catalogue.search(EventQuery())
    ]
    assert len(place.shown()) == 2
    assert len(place.catalogue.coverage()) == 2


def test_an_event_that_a_person_withdrew_stays_withdrawn(place):
    from dataclasses import replace

    from helioscribe.domain.association import EventChange

    place.record("1", (10, 20))
    place.associate()
    [event] = place.catalogue.search(EventQuery())
    gone = replace(event, status=EventStatus.RETRACTED, revision=2)
    place.catalogue.apply([EventChange(event=gone, reason="a cosmic ray")], associated=[])
    place.models.promote("stix-lstm", "2", by="test")
    place.record("2", (10, 21))
    place.associate()
    place.models.rollback("stix-lstm", by="test")
    place.associate()
    assert place.shown() == []


def _again(place) -> tuple[Reruns, MemoryJobs, LocalQueue]:
    jobs, queue = MemoryJobs(), LocalQueue()
    return Reruns(place.catalogue, place.models, jobs, queue), jobs, queue


def test_what_only_the_withdrawn_model_saw_is_looked_at_again(place):
    place.record("1", (10, 20), day="both")
    place.models.promote("stix-lstm", "2", by="test")
    for day in ("both", *map(str, range(40))):
        place.record("2", (12, 25), day=day)
    place.associate()
    reruns, jobs, _ = _again(place)
    assert reruns.tick() == []
    place.models.rollback("stix-lstm", by="test")
    place.associate()
    found = [jobs.get(one) for one in reruns.tick()]
    ids = [one for job in found for one in job.payload["observation_ids"]]
    assert sorted(ids) == sorted(make_observation(str(day)).id for day in range(40))
    assert max(len(job.payload["observation_ids"]) for job in found) < 40, (
        "in portions, each of which can be tried again"
    )
    assert {job.priority for job in found} == {Priority.BACKFILL}
    assert reruns.tick() == []
    other = Reruns(place.catalogue, place.models, jobs, LocalQueue())
    assert other.tick() == [job.id for job in found], "the next process asks for the same work"
    for day in range(40):
        place.record("1", day=str(day))
    assert _again(place)[0].tick() == []


def test_a_shadow_leaves_nothing_unseen(place):
    place.models.promote("stix-lstm", "3", alias=Alias.SHADOW, by="test")
    place.record("1")
    place.record("3", counts=False)
    assert _again(place)[0].tick() == []
