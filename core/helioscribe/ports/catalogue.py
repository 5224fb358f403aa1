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

__all__ = ["Catalogue", "EventQuery", "RecordedRun", "Revision", "check_revisions", "check_run", "news", "relabelling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """What one run of a detector on one observation adds to the catalogue, in one transaction."""

    observation_id: str
    """What it ran on."""

    method: Method
    """What ran."""

    detections: tuple[Detection, ...]
    """What it claims, with provenance."""

    coverage: tuple[Coverage, ...]
    """What it looked at."""

    scores_key: str = ""
    """Artifact key of the score series, encoded by the product codec; empty if there is none."""

    code_version: str = ""
    """Version of the platform that ran it."""

    at: datetime
    """When it ran, UTC."""

    counts: bool = True
    """Whether events may rest on it; the runs of shadows and of withdrawn models do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One line of the catalogue's log: what `Catalogue.watch` replays."""

    cursor: int
    """Increases with every change."""

    at: datetime
    """When."""

    reason: str
    """Why the event changed."""

    event: Event
    """The event as it was then."""


def check_run(run: RecordedRun) -> None:
    """Raise `InvalidInputError` if a run claims what is another's: detections or coverage."""
    for detection in run.detections:
        if detection.source.method.id != run.method.id:
            raise InvalidInputError(f"run of {run.method.detector}: detection {detection.id} is of another method")
    for coverage in run.coverage:
        if coverage.observation_id != run.observation_id or coverage.detector != run.method.detector:
            raise InvalidInputError(f"run of {run.method.detector}: coverage {coverage.id} is of another run")


def check_revisions(changes: Sequence[EventChange], current: Mapping[str, int]) -> None:
    """Raise `ConflictError` unless every event carries the revision after the one that is `current`."""
    expected = dict(current)
    for change in changes:
        event = change.event
        expected[event.id] = expected.get(event.id, 0) + 1
        if event.revision != expected[event.id]:
            raise ConflictError(f"event {event.id}: expected revision {expected[event.id]}, got {event.revision}")


def news(found: Iterable[Event], known: Mapping[str, Event], reason: str) -> list[EventChange]:
    """Return the revisions that imported events make: the first of what is new, the next of what has changed.

    What was relabelled here keeps the class that people gave it.
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
    """Return the revision that a review of an event makes: one that gives it another class, or none."""
    if review.verdict is not Verdict.RELABEL or review.label == event.event_type:
        return []
    fresh = replace(relabelled(event, review.label), revision=event.revision + 1)
    return [EventChange(event=fresh, reason=f"relabelled from {event.event_type} to {review.label} by {review.by}")]


class Catalogue(Protocol):
    """What is known. Every method raises `UnavailableError` if the database or server does not answer."""

    def add_observation(self, observation: Observation) -> bool:
        """Record an observation; False if it was known already, in which case nothing changes."""

    def observation(self, observation_id: str) -> Observation:
        """Return an observation. Raises `NotFoundError`."""

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """Return observations that overlap `time_range`, by start time."""

    def record_run(self, run: RecordedRun) -> int:
        """Record detections and coverage whole or not at all; return how many detections are new.

        The same run twice changes nothing. A run replaces the coverage of earlier failed runs of its detector on the
        observation. Raises `NotFoundError` for an unknown observation.
        """

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """Let the runs of these versions of a detector's model no longer count, and those of all others count.

        The detections of runs that change sides wait for their association again; return how many those are. Doing it
        again changes nothing. What does not count is no coverage either.
        """

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the observations that a detector has looked at only in runs that no longer count.

        Those are what only withdrawn versions of its model have seen. In order of their ids, from the one that follows
        `after`.
        """

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """Return the runs on an observation, oldest first."""

    def detection(self, detection_id: str) -> Detection:
        """Return a detection. Raises `NotFoundError`."""

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """Return detections that no association has looked at yet, by time."""

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """Write new revisions of events and mark detections as associated, whole or not at all.

        A change whose event carries a revision that is not the next one, or a detection that is associated already,
        raises `ConflictError` and nothing is written: another writer was quicker, and the association must be done
        anew. Raises `NotFoundError` for an unknown detection.
        """

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """Write any number of events, in portions of which each is written whole; return how many were news.

        An event that the catalogue does not have is entered with revision 1; of one that has changed the next revision
        is written; one that is there already changes nothing. The revisions that `found` carry do not matter.
        """

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """Return how many events a query asks for, whatever its limit and page.

        Parameters
        ----------
        query
            Which events.
        by
            What to tell apart: the keys of the answer have one text for each of these, in order. Groups without
            events are left out.
        """

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """Return an event, as it is or as it was. Raises `NotFoundError`."""

    def revisions(self, event_id: str) -> list[Revision]:
        """Return all revisions of an event, oldest first. Raises `NotFoundError`."""

    def search(self, query: EventQuery) -> Iterator[Event]:
        """Yield the events that `query` asks for, in its order."""

    def watch(self, *, cursor: int = 0, limit: int = 1000) -> list[Revision]:
        """Return the changes after `cursor`, oldest first; empty if there are none yet."""

    def newest_cursor(self) -> int:
        """Return the cursor of the last change; 0 if there is none."""

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """Record what was covered; the same record twice changes nothing but its state."""

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """Return what was covered, by start time."""

    def add_failure(self, failure: Failure) -> None:
        """Enter a failure in the ledger; the same failure again only moves its time."""

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """Return the ledger, newest first."""

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """Take entries out of the ledger once the input could be used after all."""

    def add_review(self, review: Review) -> Review:
        """Keep a review and return it with its version; the same one again changes nothing.

        What relabels an event writes its next revision, see `relabelling`. Events that it hides or shows are hidden or
        shown from then on, see `domain.review.is_hidden`. Raises `NotFoundError` for an event or an observation that is
        not known.
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
        """Return how the reviewed subjects of a kind stand, by subject.

        Parameters
        ----------
        kind
            Of subject.
        subjects
            Only these; what nobody has reviewed is left out.
        decision
            Only what was decided so.
        limit
            Most to return.
        """

    def relate(self, relation: Relation) -> Relation:
        """Keep what somebody says of two events, or that it holds no longer; return the relation as it stands.

        What holds already, or is withdrawn already, is not said again. Raises `NotFoundError` for an event that is not
        known.
        """

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """Return everything that was said of the relations of these events, oldest first; see `relation.standing`."""
