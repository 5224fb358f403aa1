"""Runs a backfill: submits chunks of observations as detection jobs, a few at a time.

The backfill has no state of its own. If it is run again, observations that the same version has processed are left out,
and a chunk that was submitted before is the same job, so that it continues where it was.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.errors import CancelledError, NotFoundError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState, Priority
from helioscribe.domain.model import Alias, ModelCard
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
    """One run of a backfill."""

    catalogue: Catalogue
    """Catalogue with the observations."""

    jobs: JobStore
    """The job store."""

    queue: Queue
    """The queue to the workers."""

    models: ModelRegistry
    """The model registry."""

    manifest: DetectorManifest
    """Manifest of the detector."""

    order: BackfillOrder
    """The order."""

    _under_way: deque[tuple[Group, str]] = field(default_factory=deque, init=False)

    def run(self, tell: Tell = lambda _: None, *, check: Callable[[], None] = lambda: None) -> BackfillProgress:
        """Process all observations and return the final progress.

        Parameters
        ----------
        tell
            Called with the progress whenever a chunk has ended.
        check
            Called often; may raise an error to end the backfill. Submitted chunks continue.

        Raises
        ------
        CancelledError
            If a chunk was cancelled.
        NotFoundError
            If a shadow shall look and there is none.
        """
        progress, began, card = BackfillProgress(), time.monotonic(), self._looking()

        def collect(most: int) -> None:
            while len(self._under_way) > most:
                check()
                if self._collected(progress):
                    progress.seconds = time.monotonic() - began
                    tell(progress)

        left = Left(catalogue=self.catalogue, manifest=self.manifest, card=card, order=self.order)
        for group in left.groups(self.order.span, size=self.order.chunk):
            check()
            self._begin(group, card, progress)
            collect(self.order.in_flight - 1)
        collect(0)
        progress.share, progress.seconds = 1.0, time.monotonic() - began
        tell(progress)
        return progress

    def _looking(self) -> ModelCard | None:
        if self.order.shadow:
            return self.models.resolve(self.manifest.id, Alias.SHADOW)
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
        if job.state is JobState.DONE:  # done by an earlier run, in which some observations failed
            progress.known += len(group.left)
        else:
            self._under_way.append((group, job.id))

    def _submit(self, group: Group, card: ModelCard | None) -> Job:
        payload: dict[str, Any] = {"detector": self.manifest.id, "parameters": dict(self.order.parameters)}
        if card and self.order.shadow:
            payload["shadow"] = card.version
        model = card.sha256 if card else ""
        # The key contains the whole group, so that a chunk that is half done is still the same job.
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
        """Count the oldest chunk if it has ended; return whether it has."""
        group, job_id = self._under_way[0]
        job = self.jobs.get(job_id)
        if job.state not in TERMINAL:
            time.sleep(_LOOK_EVERY)
            return False
        if job.state is JobState.CANCELLED:
            raise CancelledError(f"chunk {job.id} was cancelled; submit the same backfill again to continue")
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
