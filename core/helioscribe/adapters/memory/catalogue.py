"""A catalogue in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from helioscribe.adapters.memory.reviews import MemoryReviews
from helioscribe.domain.association import EventChange
from helioscribe.domain.coverage import Coverage, CoverageState
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.ports.catalogue import (
    EventQuery,
    RecordedRun,
    Revision,
    check_revisions,
    check_run,
    import_changes,
    relabelling,
)

__all__ = ["MemoryCatalogue"]

T = TypeVar("T")


class MemoryCatalogue:
    """A `Catalogue` that forgets everything with its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._observations: dict[str, Observation] = {}
        self._runs: dict[tuple[str, str], RecordedRun] = {}
        self._detections: dict[str, Detection] = {}
        self._pending: set[str] = set()
        self._events: dict[str, Event] = {}
        self._log: list[Revision] = []
        self._coverage: dict[str, Coverage] = {}
        self._failures: dict[str, Failure] = {}
        self._reviews = MemoryReviews()
        self._relations: list[Relation] = []

    def add_observation(self, observation: Observation) -> bool:
        """See `Catalogue.add_observation`."""
        with self._lock:
            known = observation.id in self._observations
            self._observations.setdefault(observation.id, observation)
            return not known

    def observation(self, observation_id: str) -> Observation:
        """See `Catalogue.observation`."""
        with self._lock:
            return _get(self._observations, observation_id, "observation")

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """See `Catalogue.observations`."""
        with self._lock:
            chosen = [
                observation
                for observation in self._observations.values()
                if (time_range is None or observation.time_range.overlaps(time_range))
                and instrument in (None, observation.instrument)
            ]
        return sorted(chosen, key=lambda one: (one.time_range.start, one.id))[: max(limit, 0)]

    def record_run(self, run: RecordedRun) -> int:
        """See `Catalogue.record_run`."""
        check_run(run)
        with self._lock:
            _get(self._observations, run.observation_id, "observation")
            self._clear_failed(run)
            if (run.observation_id, run.method.id) in self._runs:
                return 0
            self._runs[run.observation_id, run.method.id] = run
            self._coverage |= {one.id: one for one in run.coverage}
            new = {one.id: one for one in run.detections if one.id not in self._detections}
            self._detections |= new
            self._pending |= set(new) if run.counts else set()
            return len(new)

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """See `Catalogue.sideline`."""
        with self._lock:
            changed = {
                key: replace(run, counts=not run.counts)
                for key, run in self._runs.items()
                if run.method.detector == detector and run.counts == (run.method.model_version in versions)
            }
            self._runs |= changed
            again = {one.id for run in changed.values() for one in run.detections}
            self._pending |= again
            return len(again)

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """See `Catalogue.unseen`."""
        with self._lock:
            ours = [run for run in self._runs.values() if run.method.detector == detector]
        seen = {run.observation_id for run in ours if run.counts}
        left = {run.observation_id for run in ours if run.observation_id > after} - seen
        return sorted(left)[: max(limit, 0)]

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """See `Catalogue.runs`."""
        with self._lock:
            chosen = [
                run
                for run in self._runs.values()
                if run.observation_id == observation_id and detector in (None, run.method.detector)
            ]
        return sorted(chosen, key=lambda run: (run.at, run.method.id))

    def detection(self, detection_id: str) -> Detection:
        """See `Catalogue.detection`."""
        with self._lock:
            return _get(self._detections, detection_id, "detection")

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """See `Catalogue.pending_detections`."""
        with self._lock:
            chosen = [self._detections[detection_id] for detection_id in self._pending]
        return sorted(chosen, key=lambda one: (one.time_range.start, one.id))[: max(limit, 0)]

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """See `Catalogue.apply`."""
        with self._lock:
            self._check(changes, associated)
            for change in changes:
                self._enter(change)
            self._pending -= set(associated)
            return [change.event for change in changes]

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """See `Catalogue.import_events`."""
        with self._lock:
            changes = import_changes({event.id: event for event in found}.values(), self._events, reason)
            for change in changes:
                self._enter(change)
            return len(changes)

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """See `Catalogue.counts`."""
        chosen = self._chosen(query)
        return dict(Counter(tuple(one.of(event) for one in by) for event in chosen)) if by else {(): len(chosen)}

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """See `Catalogue.event`."""
        if revision is None:
            with self._lock:
                return _get(self._events, event_id, "event")
        for one in self.revisions(event_id):
            if one.event.revision == revision:
                return one.event
        raise NotFoundError(f"event {event_id} has no revision {revision}")

    def revisions(self, event_id: str) -> list[Revision]:
        """See `Catalogue.revisions`."""
        with self._lock:
            _get(self._events, event_id, "event")
            return [one for one in self._log if one.event.id == event_id]

    def search(self, query: EventQuery) -> Iterator[Event]:
        """See `Catalogue.search`."""
        chosen = [event for event in self._chosen(query) if query.precedes(event)]
        chosen.sort(key=lambda event: (query.key(event), event.id), reverse=query.descending)
        yield from chosen[: max(query.limit, 0)]

    def watch(self, *, cursor: int = 0, limit: int = 1000) -> list[Revision]:
        """See `Catalogue.watch`."""
        with self._lock:
            return self._log[max(cursor, 0) :][: max(limit, 0)]

    def newest_changes(self, query: EventQuery) -> list[Revision]:
        """See `Catalogue.newest_changes`."""
        chosen = {event.id for event in self._chosen(query)}
        with self._lock:
            last = {one.event.id: one for one in self._log if one.event.id in chosen}
        return sorted(last.values(), key=lambda one: one.cursor, reverse=True)[: max(query.limit, 0)]

    def newest_cursor(self) -> int:
        """See `Catalogue.newest_cursor`."""
        with self._lock:
            return len(self._log)

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """See `Catalogue.add_coverage`."""
        with self._lock:
            self._coverage |= {one.id: one for one in coverage}

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """See `Catalogue.coverage`."""
        with self._lock:
            without = {run.method.id for run in self._runs.values() if not run.counts}
            chosen = [
                one
                for one in self._coverage.values()
                if one.method_id not in without
                and detector in (None, one.detector)
                and observation_id in (None, one.observation_id)
                and (time_range is None or one.span.time_range.overlaps(time_range))
            ]
        return sorted(chosen, key=lambda one: (one.span.time_range.start, one.id))

    def add_failure(self, failure: Failure) -> None:
        """See `Catalogue.add_failure`."""
        with self._lock:
            known = self._failures.get(failure.id, failure)
            self._failures[failure.id] = replace(known, at=failure.at)

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """See `Catalogue.failures`."""
        with self._lock:
            newest = sorted(self._failures.values(), key=lambda one: (one.at, one.id), reverse=True)
        return newest[: max(limit, 0)]

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """See `Catalogue.clear_failure`."""
        with self._lock:
            self._failures = {
                key: one for key, one in self._failures.items() if (one.stage, one.subject) != (stage, subject)
            }

    def add_review(self, review: Review) -> Review:
        """See `Catalogue.add_review`."""
        with self._lock:
            if known := self._reviews.known(review):
                return known
            if review.kind is SubjectKind.EVENT:
                for change in relabelling(_get(self._events, review.subject, "event"), review):
                    self._enter(change)
            elif review.kind is SubjectKind.IMAGE:
                _get(self._observations, review.subject, "observation")
            return self._reviews.add(review)

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """See `Catalogue.reviews`."""
        with self._lock:
            return self._reviews.of(kind, subject)

    def standings(
        self,
        kind: SubjectKind,
        *,
        subjects: Sequence[str] | None = None,
        decision: Verdict | None = None,
        limit: int = 1000,
    ) -> list[Standing]:
        """See `Catalogue.standings`."""
        with self._lock:
            return self._reviews.standings(kind, subjects, decision)[: max(limit, 0)]

    def relate(self, relation: Relation) -> Relation:
        """See `Catalogue.relate`."""
        with self._lock:
            for event_id in (relation.first, relation.second):
                _get(self._events, event_id, "event")
            said = [one for one in self._relations if one.id == relation.id]
            if said[-1].withdrawn is relation.withdrawn if said else relation.withdrawn:
                return said[-1] if said else relation
            self._relations.append(replace(relation, version=len(said) + 1))
            return self._relations[-1]

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """See `Catalogue.relations`."""
        wanted = set(event_ids)
        with self._lock:
            found = [one for one in self._relations if not wanted.isdisjoint((one.first, one.second))]
        return sorted(found, key=lambda one: (one.at, one.id, one.version))

    def _enter(self, change: EventChange) -> None:
        event, cursor = change.event, len(self._log) + 1
        self._events[event.id] = event
        self._log.append(Revision(cursor=cursor, at=utc_now(), reason=change.reason, event=event))

    def _chosen(self, query: EventQuery) -> list[Event]:
        with self._lock:
            return [
                event
                for event in self._events.values()
                if query.holds(event) and self._reviews.admit(event, query.reviewed)
            ]

    def _clear_failed(self, run: RecordedRun) -> None:
        where = (run.observation_id, run.method.detector, CoverageState.FAILED)
        self._coverage = {
            key: one
            for key, one in self._coverage.items()
            if (one.observation_id, one.detector, one.span.state) != where
        }

    def _check(self, changes: Sequence[EventChange], associated: Sequence[str]) -> None:
        for detection_id in associated:
            _get(self._detections, detection_id, "detection")
        if taken := set(associated) - self._pending:
            raise ConflictError(f"detection {min(taken)} is associated already")
        check_revisions(changes, {event.id: event.revision for event in self._events.values()})


def _get(table: dict[str, T], key: str, noun: str) -> T:
    if key not in table:
        raise NotFoundError(f"no {noun} {key}")
    return table[key]
