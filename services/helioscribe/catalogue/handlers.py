"""What the catalogue service does beside answering: association of detections, and bringing lost work back."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helioscribe.domain.association import associate, search_span
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import ConflictError, HelioscribeError, TransientError
from helioscribe.domain.event import Event
from helioscribe.domain.identity import content_id
from helioscribe.domain.job import JobKind
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.queue import Queue
from helioscribe.runtime.runner import JobContext

__all__ = ["AssociationHandler", "Reaper"]

_log = logging.getLogger(__name__)
_BATCH = 500
_MOST_EVENTS = 100_000
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationHandler:
    """Turns detections into events. One worker at a time is meant to run it; several do no harm."""

    catalogue: Catalogue
    """Where detections come from and events go."""

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Associate all detections that nobody has looked at yet.

        Raises
        ------
        TransientError
            If other writers were quicker several times in a row.
        """
        detections = events = 0
        while pending := self.catalogue.pending_detections(limit=_BATCH):
            context.check()
            events += self._associate(pending)
            detections += len(pending)
        return {"detections": detections, "changes": events}

    def _associate(self, pending: Sequence[Detection]) -> int:
        for _ in range(_TRIES):
            changes = associate(pending, self._neighbours(pending), at=utc_now())
            try:
                self.catalogue.apply(changes, associated=[detection.id for detection in pending])
            except ConflictError:
                continue  # another writer was quicker: look again
            return len(changes)
        raise TransientError(f"association of {len(pending)} detections: other writers were quicker {_TRIES} times")

    def _neighbours(self, pending: Sequence[Detection]) -> list[Event]:
        query = EventQuery(time_range=search_span(pending), limit=_MOST_EVENTS)
        return list(self.catalogue.search(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaper:
    """Rings again for work that nobody does: crashed workers' jobs, and jobs whose message was lost."""

    jobs: JobStore
    """Where the truth about jobs is."""

    queue: Queue
    """How workers hear of it."""

    catalogue: Catalogue
    """Whose pending detections must not wait for ever."""

    def tick(self) -> int:
        """Publish what needs a message; return how much that was. Errors are logged: the next tick tries again."""
        try:
            waiting = self.jobs.reap()
            for job in waiting:
                self.queue.publish(job.kind, job.id)
            return len(waiting) + self._associate_orphans()
        except HelioscribeError as error:
            _log.warning("reaper: %s", error.message)
            return 0

    def _associate_orphans(self) -> int:
        # Detections wait without a job if a worker died between recording them and submitting one.
        pending = self.catalogue.pending_detections(limit=1)
        if not pending:
            return 0
        job, new = self.jobs.submit(JobKind.ASSOCIATE, content_id("orphan", detection=pending[0].id), {})
        if new:
            self.queue.publish(JobKind.ASSOCIATE, job.id)
        return int(new)
