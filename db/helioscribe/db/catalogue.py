"""The catalogue in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Engine

from helioscribe.db import events, ledger, observations, relations, reviews, search
from helioscribe.db.engine import Lock, lock, reading, writing
from helioscribe.domain.association import EventChange
from helioscribe.domain.batches import batches
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.detection import Detection
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import EventQuery, RecordedRun, Revision, check_run

__all__ = ["SqlCatalogue"]

_PAGE: Final = 1000
_PORTION: Final = 5000


class SqlCatalogue:
    """A `Catalogue` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_observation(self, observation: Observation) -> bool:
        """See `Catalogue.add_observation`."""
        with writing(self._engine) as connection:
            return observations.add_observation(connection, observation)

    def observation(self, observation_id: str) -> Observation:
        """See `Catalogue.observation`."""
        with reading(self._engine) as connection:
            return observations.get_observation(connection, observation_id)

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """See `Catalogue.observations`."""
        with reading(self._engine) as connection:
            return observations.find_observations(connection, time_range=time_range, instrument=instrument, limit=limit)

    def record_run(self, run: RecordedRun) -> int:
        """See `Catalogue.record_run`."""
        check_run(run)
        with writing(self._engine) as connection:
            return observations.record_run(connection, run)

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """See `Catalogue.sideline`."""
        with writing(self._engine) as connection:
            lock(connection, Lock.CHANGES)
            return observations.sideline(connection, detector, versions)

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """See `Catalogue.unseen`."""
        with reading(self._engine) as connection:
            return observations.unseen(connection, detector, after=after, limit=limit)

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """See `Catalogue.runs`."""
        with reading(self._engine) as connection:
            return observations.find_runs(connection, observation_id=observation_id, detector=detector)

    def detection(self, detection_id: str) -> Detection:
        """See `Catalogue.detection`."""
        with reading(self._engine) as connection:
            return observations.get_detection(connection, detection_id)

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """See `Catalogue.pending_detections`."""
        with reading(self._engine) as connection:
            return observations.pending(connection, limit=limit)

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """See `Catalogue.apply`.

        Writers take turns until they have committed: `watch` then never sees a later change before an earlier one.
        """
        with writing(self._engine) as connection:
            lock(connection, Lock.CHANGES)
            observations.mark_associated(connection, associated)
            events.apply_changes(connection, changes)
            reviews.show_or_hide(connection, [change.event for change in changes])
        return [change.event for change in changes]

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """See `Catalogue.import_events`."""
        written = 0
        for portion in batches(found, _PORTION):
            with writing(self._engine) as connection:
                lock(connection, Lock.CHANGES)
                changed = events.import_events(connection, portion, reason=reason)
                reviews.show_or_hide(connection, changed)
            written += len(changed)
        return written

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """See `Catalogue.counts`."""
        with reading(self._engine) as connection:
            return search.count(connection, query, by)

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """See `Catalogue.event`."""
        with reading(self._engine) as connection:
            return events.get_event(connection, event_id, revision)

    def revisions(self, event_id: str) -> list[Revision]:
        """See `Catalogue.revisions`."""
        with reading(self._engine) as connection:
            return events.get_revisions(connection, event_id)

    def search(self, query: EventQuery) -> Iterator[Event]:
        """See `Catalogue.search`. Each page is a transaction of its own: a slow reader holds nothing up."""
        left = query.limit
        while left > 0:
            size = min(_PAGE, left)
            with reading(self._engine) as connection:
                page = search.find_page(connection, query, limit=size)
            yield from page
            if len(page) < size:
                return
            left -= size
            query = query.following(page[-1])

    def watch(self, *, cursor: int = 0, limit: int = 1000) -> list[Revision]:
        """See `Catalogue.watch`."""
        with reading(self._engine) as connection:
            return events.changes_after(connection, cursor=cursor, limit=limit)

    def newest_changes(self, query: EventQuery) -> list[Revision]:
        """See `Catalogue.newest_changes`."""
        with reading(self._engine) as connection:
            return search.newest_changes(connection, query)

    def newest_cursor(self) -> int:
        """See `Catalogue.newest_cursor`."""
        with reading(self._engine) as connection:
            return events.newest_cursor(connection)

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """See `Catalogue.add_coverage`."""
        with writing(self._engine) as connection:
            ledger.add_coverage(connection, coverage)

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """See `Catalogue.coverage`."""
        with reading(self._engine) as connection:
            return ledger.find_coverage(
                connection, detector=detector, time_range=time_range, observation_id=observation_id
            )

    def add_failure(self, failure: Failure) -> None:
        """See `Catalogue.add_failure`."""
        with writing(self._engine) as connection:
            ledger.add_failures(connection, [failure])

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """See `Catalogue.failures`."""
        with reading(self._engine) as connection:
            return ledger.find_failures(connection, limit=limit)

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """See `Catalogue.clear_failure`."""
        with writing(self._engine) as connection:
            ledger.clear_failures(connection, stage=stage, subjects=[subject])

    def add_review(self, review: Review) -> Review:
        """See `Catalogue.add_review`."""
        with writing(self._engine) as connection:
            lock(connection, Lock.CHANGES)
            return reviews.add_review(connection, review)

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """See `Catalogue.reviews`."""
        with reading(self._engine) as connection:
            return reviews.get_reviews(connection, kind, subject)

    def standings(
        self,
        kind: SubjectKind,
        *,
        subjects: Sequence[str] | None = None,
        decision: Verdict | None = None,
        limit: int = 1000,
    ) -> list[Standing]:
        """See `Catalogue.standings`."""
        with reading(self._engine) as connection:
            return reviews.find_standings(connection, kind, subjects=subjects, decision=decision, limit=limit)

    def relate(self, relation: Relation) -> Relation:
        """See `Catalogue.relate`."""
        with writing(self._engine) as connection:
            lock(connection, Lock.CHANGES)
            return relations.add_relation(connection, relation)

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """See `Catalogue.relations`."""
        with reading(self._engine) as connection:
            return relations.find_relations(connection, event_ids)
