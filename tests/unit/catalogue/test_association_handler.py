"""Association against real catalogues."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryModels
from helioscribe.catalogue import handlers
from helioscribe.catalogue.handlers import AssociationHandler
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.db import SqlCatalogue, migrate, open_engine
from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import CancelledError, ConflictError, TransientError
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, JobOrder, new_job
from helioscribe.domain.review import DETECTED_AS, SubjectKind, Verdict
from helioscribe.ports.catalogue import Catalogue, EventQuery, RecordedRun
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.reviews.judging import judge
from support.factories import at, make_detection, make_method, make_observation, make_provenance, make_run


@pytest.fixture(params=["memory", "sqlite"])
def catalogue(request, tmp_path) -> Iterator[Catalogue]:
    if request.param == "memory":
        yield MemoryCatalogue()
        return
    engine = open_engine(f"sqlite:///{tmp_path}/catalogue.db")
    migrate(engine)
    yield SqlCatalogue(engine)
    engine.dispose()


def context() -> JobContext:
    return JobContext(new_job(JobOrder(kind=JobKind.ASSOCIATE, key="run"), now=at()))


def associate(catalogue: Catalogue) -> dict:
    return dict(AssociationHandler(catalogue=catalogue, sides=ModelFollower(catalogue, MemoryModels())).run(context()))


def record(catalogue: Catalogue, *spans: tuple[float, float], run: int = 0, day: str = "V01", **changes) -> RecordedRun:
    """Record what run number `run` found in a file."""
    observation = make_observation(day)
    catalogue.add_observation(observation)
    method = make_method(model_sha256=digest(f"weights {run}".encode()))
    provenance = make_provenance(observation, method=method, **changes.pop("provenance", {}))
    found = tuple(make_detection(*span, provenance=provenance, **changes) for span in spans)
    recorded = make_run(observation, method=method, detections=found, coverage=(), at=at(2000 + run))
    catalogue.record_run(recorded)
    return recorded


def standing(catalogue: Catalogue) -> list[Event]:
    return list(catalogue.search(EventQuery()))


class TestRuns:
    def test_become_events_once(self, catalogue):
        record(catalogue, (10, 30), (40, 60))
        assert associate(catalogue) == {"detections": 2, "changes": 2}
        assert associate(catalogue) == {"detections": 0, "changes": 0}
        assert [event.revision for event in standing(catalogue)] == [1, 1]
        assert catalogue.pending_detections() == []

    def test_of_the_same_thing_twice_change_nothing(self, catalogue):
        record(catalogue, (10, 30))
        associate(catalogue)
        before = standing(catalogue)
        record(catalogue, (10, 30))
        assert associate(catalogue) == {"detections": 0, "changes": 0}
        assert standing(catalogue) == before

    def test_leave_the_class_that_people_gave(self, catalogue):
        record(catalogue, (10, 30))
        associate(catalogue)
        [flare] = standing(catalogue)
        judge(catalogue, SubjectKind.EVENT, flare.id, Verdict.RELABEL, by="Anna", label="CJ")
        record(catalogue, (11, 33), run=1)
        associate(catalogue)
        [jet] = standing(catalogue)
        assert (jet.id, jet.event_type, jet.revision) == (flare.id, "CJ", 3)
        assert jet.event_starttime == flare.event_starttime + timedelta(minutes=1)
        assert jet.attributes[DETECTED_AS] == "FL"

    def test_of_a_newer_model_revise_the_event(self, catalogue):
        record(catalogue, (10, 30))
        associate(catalogue)
        [before] = standing(catalogue)
        record(catalogue, (11, 33), run=1)
        associate(catalogue)
        [after] = standing(catalogue)
        assert after.id == before.id
        assert after.revision == 2
        assert after.event_endtime == before.event_endtime + timedelta(minutes=3)
        assert len(after.detection_ids) == 2
        assert after.frm_daterun == at(2001)
        assert [one.event.revision for one in catalogue.revisions(after.id)] == [1, 2]

    def test_of_two_days_close_the_event_between(self, catalogue):
        record(catalogue, (1420, 1440), clipped=True)
        associate(catalogue)
        assert standing(catalogue)[0].status is EventStatus.OPEN
        record(catalogue, (1440, 1450), (1500, 1510), run=0, day="next", clipped=True)
        associate(catalogue)
        first, second = standing(catalogue)
        assert (first.status, second.status) == (EventStatus.CLOSED, EventStatus.OPEN)
        assert first.time_range.duration == timedelta(minutes=30)
        assert len(first.observation_ids) == 2

    def test_a_merged_event_comes_back_when_told_apart(self, catalogue):
        record(catalogue, (10, 20), (20, 40))
        associate(catalogue)
        before = [event.id for event in standing(catalogue)]
        record(catalogue, (10, 40), run=1)
        associate(catalogue)
        assert [event.id for event in standing(catalogue)] == before[:1]
        record(catalogue, (10, 20), (20, 40), run=2)
        associate(catalogue)
        assert [event.id for event in standing(catalogue)] == before


@pytest.mark.parametrize("newest", [(300, 600), (420, 600), (590, 1000)])
def test_what_an_older_run_saw_far_away_is_found(catalogue, newest):
    """An older detection that no longer shows in its event's times still links that event to a new detection."""
    spans = [(0, 600), (0, 100), newest]
    for run, span in enumerate(spans):
        record(catalogue, span, run=run)
        associate(catalogue)

    whole = MemoryCatalogue()
    for run, span in enumerate(spans):
        record(whole, span, run=run)
    associate(whole)
    assert [event.detection_ids for event in standing(catalogue)] == [event.detection_ids for event in standing(whole)]


def test_batches_give_what_all_at_once_gives(catalogue, monkeypatch):
    whole = MemoryCatalogue()
    for book in (catalogue, whole):
        record(book, *((20 * k, 20 * k + 15) for k in range(12)))
        record(book, *((20 * k + 1, 20 * k + 16) for k in range(12)), run=1)
    associate(whole)
    monkeypatch.setattr(handlers, "_BATCH", 5)
    associate(catalogue)
    without_history = [replace(event, id="", revision=1) for event in standing(catalogue)]
    assert without_history == [replace(event, id="", revision=1) for event in standing(whole)]


def test_a_detection_that_makes_no_record_keeps_nobody_waiting(catalogue):
    record(catalogue, (10, 30), (40, 60), (70, 80))
    bad = {"light_travel_time": 1e12}
    record(catalogue, (90, 95), day="bad", provenance=bad)
    associate(catalogue)
    assert len(standing(catalogue)) == 3
    assert catalogue.pending_detections() == []
    [failure] = catalogue.failures()
    assert failure.stage == "associate"
    assert "light travel time" in failure.message


def test_an_impossible_observer_is_a_failure_too():
    observer = Observer(name="nowhere", hgs_longitude=40.0, hgs_latitude=float("inf"), distance=1.0)
    book = MemoryCatalogue()
    record(book, (10, 30), position=Position(tx=0.0, ty=0.0), provenance={"observer": observer})
    associate(book)
    assert standing(book) == []
    assert len(book.failures()) == 1


class Beaten(MemoryCatalogue):
    """A catalogue in which somebody else is quicker a few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def apply(self, changes, *, associated):
        if self.times:
            self.times -= 1
            raise ConflictError("somebody was quicker")
        return super().apply(changes, associated=associated)


def test_conflicts_are_tried_again():
    book = Beaten(3)
    record(book, (10, 30))
    assert associate(book) == {"detections": 1, "changes": 1}


def test_endless_conflicts_are_left_to_the_next_attempt():
    book = Beaten(1000)
    record(book, (10, 30))
    with pytest.raises(TransientError, match="quicker"):
        associate(book)
    assert len(book.pending_detections()) == 1


def test_two_workers_at_once_make_one_event(catalogue):
    record(catalogue, (10, 30))
    pending: list[Detection] = catalogue.pending_detections()
    associate(catalogue)
    with pytest.raises(ConflictError):
        AssociationHandler(catalogue=catalogue, sides=ModelFollower(catalogue, MemoryModels()))._associate(pending)
    assert [event.revision for event in standing(catalogue)] == [1]


def test_a_cancelled_job_stops(catalogue):
    record(catalogue, (10, 30))
    stopped = context()
    stopped.stop(CancelledError("enough"))
    with pytest.raises(CancelledError):
        AssociationHandler(catalogue=catalogue, sides=ModelFollower(catalogue, MemoryModels())).run(stopped)
    assert len(catalogue.pending_detections()) == 1
