"""The catalogue: observations, detections, events, reviews, coverage and failures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from helioscribe.domain.association import EventChange
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.detection import Detection, Method
from helioscribe.domain.errors import ConflictError, InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy, EventQuery
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import DETECTED_AS, Review, Standing, SubjectKind, Verdict, relabelled
from helioscribe.domain.times import TimeRange

__all__ = [
    "Catalogue",
    "EventQuery",
    "RecordedRun",
    "Revision",
    "check_revisions",
    "check_run",
    "import_changes",
    "relabelling",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """The result of one run of a detector on one observation, recorded in one transaction."""

    observation_id: str
    """Id of the observation."""

    method: Method
    """Method of the run."""

    detections: tuple[Detection, ...]
    """The detections, with their provenance."""

    coverage: tuple[Coverage, ...]
    """Which time was processed and which was not."""

    scores_key: str = ""
    """Artifact key of the scores, encoded by the product codec; empty if there are none."""

    code_version: str = ""
    """Version of the platform that ran the detector."""

    at: datetime
    """Time of the run, UTC."""

    counts: bool = True
    """Whether events are made from its detections; not for runs of shadows and withdrawn models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One change of an event, as `Catalogue.watch` returns it."""

    cursor: int
    """Number of the change; later changes have larger numbers."""

    at: datetime
    """Time of the change, UTC."""

    reason: str
    """Reason of the change."""

    event: Event
    """The event after the change."""


def check_run(run: RecordedRun) -> None:
    """Raise `InvalidInputError` if detections or coverage of a run belong to another method or observation."""
    for detection in run.detections:
        if detection.source.method.id != run.method.id:
            raise InvalidInputError(f"run of {run.method.detector}: detection {detection.id} is of another method")
    for coverage in run.coverage:
        if coverage.observation_id != run.observation_id or coverage.detector != run.method.detector:
            raise InvalidInputError(f"run of {run.method.detector}: coverage {coverage.id} is of another run")


def check_revisions(changes: Sequence[EventChange], current: Mapping[str, int]) -> None:
    """Raise `ConflictError` unless every event has the revision after its `current` one."""
    expected = dict(current)
    for change in changes:
        event = change.event
        expected[event.id] = expected.get(event.id, 0) + 1
        if event.revision != expected[event.id]:
            raise ConflictError(f"event {event.id}: expected revision {expected[event.id]}, got {event.revision}")


def import_changes(found: Iterable[Event], known: Mapping[str, Event], reason: str) -> list[EventChange]:
    """Return the revisions to write for imported events: the first of a new event, the next of one that has changed.

    Events that people have relabelled keep that class.
    """
    changes = []
    for event in found:
        before = known.get(event.id)
        revision = before.revision if before else 1
        fresh = event if event.revision == revision else replace(event, revision=revision)
        if before is not None and DETECTED_AS in before.attributes:
            fresh = relabelled(fresh, before.event_type)
        if before is None:
            changes.append(EventChange(event=fresh, reason=reason))
        elif fresh != before:
            changes.append(EventChange(event=replace(fresh, revision=before.revision + 1), reason=reason))
    return changes


def relabelling(event: Event, review: Review) -> list[EventChange]:
    """Return the revision that a review of an event causes, if the review gives it another class; else nothing."""
    if review.verdict is not Verdict.RELABEL or review.label == event.event_type:
        return []
    fresh = replace(relabelled(event, review.label), revision=event.revision + 1)
    return [EventChange(event=fresh, reason=f"relabelled from {event.event_type} to {review.label} by {review.by}")]


class Catalogue(Protocol):
    """The catalogue. Every method raises `UnavailableError` if the database or server does not answer."""

    def add_observation(self, observation: Observation) -> bool:
        """Record an observation and return whether it is new; a known one is not changed."""

    def observation(self, observation_id: str) -> Observation:
        """Return an observation. Raises `NotFoundError`."""

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """Return observations that overlap with `time_range`, in order of their start."""

    def record_run(self, run: RecordedRun) -> int:
        """Record detections and coverage in one transaction; return the number of new detections.

        Recording the same run twice changes nothing. A run replaces the coverage of failed runs of its detector on the
        observation. Raises `NotFoundError` for an unknown observation.
        """

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """Set which runs of a detector count: not those of these model versions, but those of all others.

        The detections of runs that are changed by this become pending again; return their number. The coverage of runs
        that do not count is not returned either.
        """

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the ids of observations of which a detector has runs, but none that counts.

        Only withdrawn versions of its model have processed them. The ids are sorted and come after `after`.
        """

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """Return the runs on an observation, oldest first."""

    def detection(self, detection_id: str) -> Detection:
        """Return a detection. Raises `NotFoundError`."""

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """Return detections from which events have not been made yet, in order of time."""

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """Write new revisions of events and mark detections as associated, in one transaction.

        Raises
        ------
        ConflictError
            If the revision of an event is not the next one, or a detection is associated already. Another writer was
            faster, and the association must be repeated. Nothing is written.
        NotFoundError
            If a detection is unknown.
        """

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """Write any number of events and return how many were new or changed.

        A new event gets revision 1, a changed one its next revision, whatever revision `found` has; an event that is
        there already is not written. Large imports are written in several transactions.
        """

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """Count the events that a query asks for; its limit and page are ignored.

        Parameters
        ----------
        query
            Which events.
        by
            Columns to group by. The keys of the result have one text for each of them, in this order. Groups without
            events are left out.
        """

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """Return the present or an earlier revision of an event. Raises `NotFoundError`."""

    def revisions(self, event_id: str) -> list[Revision]:
        """Return all revisions of an event, oldest first. Raises `NotFoundError`."""

    def search(self, query: EventQuery) -> Iterator[Event]:
        """Yield the events that a query asks for, in its order."""

    def watch(self, *, cursor: int = 0, limit: int = 1000) -> list[Revision]:
        """Return the changes after a cursor, oldest first."""

    def newest_changes(self, query: EventQuery) -> list[Revision]:
        """Return the last change of each event that a query asks for, newest first; its order and page are ignored."""

    def newest_cursor(self) -> int:
        """Return the cursor of the last change; 0 if there is none."""

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """Record covered spans; a span that is recorded already gets the new state."""

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """Return covered spans in order of their start."""

    def add_failure(self, failure: Failure) -> None:
        """Enter a failure in the ledger; the same failure again only gets the new time."""

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """Return the entries of the failure ledger, newest first."""

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """Remove the entries of a subject from the ledger, after it could be processed."""

    def add_review(self, review: Review) -> Review:
        """Store a review and return it with its version. Storing the same review again changes nothing.

        If it relabels an event, the next revision of the event is written, see `relabelling`. Events that it hides are
        hidden from then on, see `domain.review.is_hidden`. Raises `NotFoundError` for an unknown event or observation.
        """

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """Return all reviews of a subject, oldest first."""

    def standings(
        self,
        kind: SubjectKind,
        *,
        subjects: Sequence[str] | None = None,
        decision: Verdict | None = None,
        limit: int = 1000,
    ) -> list[Standing]:
        """Return the results of all reviews of subjects of a kind, sorted by subject.

        Parameters
        ----------
        kind
            Kind of the subjects.
        subjects
            Return only these subjects; those without reviews are left out. None for all.
        decision
            Return only subjects with this decision; None for all.
        limit
            Largest number to return.
        """

    def relate(self, relation: Relation) -> Relation:
        """Store a relation between two events, or its withdrawal, and return it as it is from then on.

        A relation that exists already, or is withdrawn already, is not stored again. Raises `NotFoundError` for an
        unknown event.
        """

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """Return all statements about relations of these events, oldest first; see `domain.relation.standing`."""
