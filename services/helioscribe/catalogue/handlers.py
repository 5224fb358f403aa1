"""Background work of the catalogue service: making events from detections, and requeueing lost jobs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from helioscribe.catalogue.neighbourhood import look_around
from helioscribe.catalogue.reruns import Reruns
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.association import associate
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import ConflictError, HelioscribeError, InvalidInputError, TransientError
from helioscribe.domain.failure import Failure
from helioscribe.domain.identity import content_id
from helioscribe.domain.job import Job, JobKind, JobState
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.queue import Queue
from helioscribe.runtime.job_context import JobContext

__all__ = ["AssociationHandler", "Reaper"]

_log = logging.getLogger(__name__)
_BATCH = 500
_TRIES = 10
_UNDERWAY = (JobState.QUEUED, JobState.RUNNING)
_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationHandler:
    """Makes events from detections. One worker should run it; several do no harm."""

    catalogue: Catalogue
    """Catalogue with the detections and the events."""

    sides: ModelFollower
    """Keeps up to date which runs count."""

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Make events from all pending detections.

        Raises
        ------
        TransientError
            If other writers were faster many times in a row.
        """
        self.sides.follow()
        detections = changes = lost = 0
        while pending := self.catalogue.pending_detections(limit=_BATCH):
            context.check()
            self.sides.follow(pending)
            try:
                changes += self._associate(pending)
            except ConflictError as error:
                lost += 1  # another writer was faster: read again what is pending
                if lost == _TRIES:
                    raise TransientError(f"association: other writers were faster {lost} times: {error}") from None
                continue
            detections, lost = detections + len(pending), 0
        return {"detections": detections, "changes": changes}

    def _associate(self, pending: Sequence[Detection]) -> int:
        try:
            around = look_around(self.catalogue, pending)
            changes = associate(around.sightings.values(), around.events.values())
        except (InvalidInputError, ArithmeticError, ValueError) as error:
            return self._without_the_bad_one(pending, error)
        self.catalogue.apply(changes, associated=[detection.id for detection in pending])
        return len(changes)

    def _without_the_bad_one(self, pending: Sequence[Detection], error: Exception) -> int:
        # A detection that cannot become an event must not hold up the others: halve the batch until it is alone.
        if len(pending) > 1:
            half = len(pending) // 2
            return self._associate(pending[:half]) + self._associate(pending[half:])
        self.catalogue.add_failure(_entry(pending[0], error))
        self.catalogue.apply([], associated=[pending[0].id])
        return 0


def _entry(bad: Detection, error: Exception) -> Failure:
    reason = error if isinstance(error, InvalidInputError) else InvalidInputError.wrap(error, doing="association")
    _log.warning("detection %s makes no event: %s", bad.id, reason.message)
    return Failure(
        stage=JobKind.ASSOCIATE.value,
        subject=bad.id,
        sha256=bad.source.input_sha256,
        code=reason.code,
        message=reason.message,
        at=utc_now(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaper:
    """Sends messages again for jobs whose worker died or whose message was lost."""

    jobs: JobStore
    """The job store."""

    queue: Queue
    """The queue to the workers."""

    catalogue: Catalogue
    """Catalogue whose pending detections are taken care of."""

    sides: ModelFollower
    """Keeps up to date which runs count."""

    reruns: Reruns
    """Repeats the runs of withdrawn models."""

    def tick(self) -> int:
        """Send all messages that are needed and return their number. Errors are logged; the next call tries again."""
        try:
            waiting = self.jobs.reap()
            for job in waiting:
                self.queue.publish(job.kind, job.id, priority=job.priority)
            self.sides.follow()
            return len(waiting) + self._associate_orphans() + len(self.reruns.tick())
        except HelioscribeError as error:
            _log.warning("reaper: %s", error.message)
            return 0

    def _associate_orphans(self) -> int:
        # If a worker died between recording detections and submitting a job, they are pending without a job.
        pending = self.catalogue.pending_detections(limit=1)
        if not pending or self.jobs.find(kind=JobKind.ASSOCIATE, states=_UNDERWAY, limit=1):
            return 0
        job, new = self.jobs.submit(JobKind.ASSOCIATE, content_id("orphan", detection=pending[0].id), {})
        if not new and not _rested(job):
            return 0
        self.queue.publish(JobKind.ASSOCIATE, self.jobs.retry(job.id).id)
        return 1


def _rested(job: Job) -> bool:
    """Whether a failed job has waited long enough to be tried again automatically."""
    return job.updated is None or utc_now() - job.updated > _REST
