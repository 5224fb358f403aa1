"""Chunks of a backfill as detection jobs, a few at a time.

Nothing is kept beside the catalogue. Whoever runs the same backfill again goes on where it was: what a serving version
has looked at is left out, and a chunk that is under way or done is the same job.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.errors import CancelledError, NotFoundError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState, Priority
from helioscribe.domain.model import ModelCard
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.backfills.left import Group, Left
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["Backfill"]

_LOOK_EVERY = 0.2

Tell = Callable[[BackfillProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Submits chunks, a few at a time, and waits for them."""

    catalogue: Catalogue
    """What there is."""

    jobs: JobStore
    """Where chunks are recorded."""

    queue: Queue
    """How workers hear of them."""

    models: ModelRegistry
    """Which version of the detector's model serves."""

    manifest: DetectorManifest
    """Of the detector."""

    order: BackfillOrder
    """What shall be looked at."""

    _under_way: deque[tuple[Group, str]] = field(default_factory=deque, init=False)

    def run(self, tell: Tell = lambda _: None, *, check: Callable[[], None] = lambda: None) -> BackfillProgress:
        """Do it, and return what came of it.

        Parameters
        ----------
        tell
            Called whenever a chunk has ended.
        check
            Called often; may raise to end it here. Chunks that are under way go on.

        Raises
        ------
        CancelledError
            If somebody cancelled a chunk.
        """
        progress, began, card = BackfillProgress(), time.monotonic(), self._serving()

        def collect(most: int) -> None:
            while len(self._under_way) > most:
                check()
                if self._collected(progress):
                    progress.seconds = time.monotonic() - began
                    tell(progress)

        left = Left(catalogue=self.catalogue, manifest=self.manifest, card=card, parameters=self.order.parameters)
        for group in left.groups(self.order.span, size=self.order.chunk):
            check()
            self._begin(group, card, progress)
            collect(self.order.in_flight - 1)
        collect(0)
        progress.share, progress.seconds = 1.0, time.monotonic() - began
        tell(progress)
        return progress

    def _serving(self) -> ModelCard | None:
        if not self.manifest.models:
            return None
        try:
            return self.models.resolve(self.manifest.id)
        except NotFoundError:
            return None  # the worker that takes the first chunk installs the weights that ship with the plugin

    def _begin(self, group: Group, card: ModelCard | None, progress: BackfillProgress) -> None:
        progress.known += len(group.ids) - len(group.left)
        if not group.left:
            return
        job = self._submit(group, card)
        if job.state is JobState.DONE:  # by an earlier run; some of it could not be used
            progress.known += len(group.left)
        else:
            self._under_way.append((group, job.id))

    def _submit(self, group: Group, card: ModelCard | None) -> Job:
        payload = {"detector": self.manifest.id, "parameters": dict(self.order.parameters)}
        model = card.sha256 if card else ""
        # By the whole group: a chunk that is half done is the same job still.
        same = {**payload, "observation_ids": group.ids, "version": self.manifest.version, "model": model}
        key = digest(canonical_json(same).encode())
        chunk = {**payload, "observation_ids": list(group.left)}
        job, _ = self.jobs.submit(JobKind.DETECT, key, chunk, priority=Priority.BACKFILL)
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            job = self.jobs.retry(job.id)
        if job.state is JobState.QUEUED:
            self.queue.publish(JobKind.DETECT, job.id, priority=Priority.BACKFILL)
        return job

    def _collected(self, progress: BackfillProgress) -> bool:
        """Whether the oldest chunk has ended; if so it is counted."""
        group, job_id = self._under_way[0]
        job = self.jobs.get(job_id)
        if job.state not in TERMINAL:
            time.sleep(_LOOK_EVERY)
            return False
        if job.state is JobState.CANCELLED:
            raise CancelledError(f"chunk {job.id} was cancelled; the same backfill again goes on")
        self._under_way.popleft()
        _count(progress, job)
        progress.share, progress.worked = group.share, progress.worked + group.part
        return True


def _count(progress: BackfillProgress, job: Job) -> None:
    if job.state is JobState.DONE:
        progress.observations += int(job.result.get("observations", 0))
        progress.detections += int(job.result.get("detections", 0))
        progress.failed += int(job.result.get("failed", 0))
    else:
        progress.failed += len(job.payload["observation_ids"])
