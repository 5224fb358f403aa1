"""Backfills as jobs, which can be submitted, watched and cancelled, and survive the death of their worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.errors import TransientError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import Job, JobKind, JobState
from helioscribe.domain.model import Alias
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.backfills.walk import Backfill
from helioscribe.runtime.detect_jobs import again
from helioscribe.runtime.job_context import JobContext
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["Backfills"]

_ATTEMPTS = 1000  # one lasts for weeks and meets every restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfills:
    """Submits backfills and runs their jobs."""

    catalogue: Catalogue
    """Catalogue with the observations."""

    jobs: JobStore
    """The job store."""

    queue: Queue
    """The queue to the workers."""

    models: ModelRegistry
    """The model registry."""

    manifest: Callable[[str], DetectorManifest]
    """Returns the manifest of a detector; raises `NotFoundError`."""

    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when this process is to end. Running backfills are then put back and continue in another process."""

    def submit(self, order: BackfillOrder) -> Job:
        """Submit a backfill and return its job. An unfinished job for the same order is continued.

        Raises
        ------
        NotFoundError
            If there is no such detector, or no shadow of it where that shall look.
        InvalidInputError
            If the detector does not have these parameters.
        """
        self.manifest(order.detector).resolve_parameters(order.parameters)
        if order.shadow:
            self.models.resolve(order.detector, Alias.SHADOW)
        payload = order.payload()
        known = (job for job in self.jobs.find(kind=JobKind.BACKFILL) if job.payload == payload)
        if job := next((job for job in known if job.state is not JobState.DONE), None):
            return again(self.jobs, self.queue, job)
        job = self._new(payload)
        self.queue.publish(job.kind, job.id)
        return job

    def _new(self, payload: Mapping[str, Any]) -> Job:
        # A finished backfill may be repeated: there may be new observations, or another model.
        key = digest(canonical_json({**payload, "asked": format_utc(utc_now())}).encode())
        job, _ = self.jobs.submit(JobKind.BACKFILL, key, payload, max_attempts=_ATTEMPTS)
        return job

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Run the job of a backfill."""

        def check() -> None:
            context.check()
            if self.stopping.is_set():
                raise TransientError("this process ends; the backfill continues in another one")

        def tell(now: BackfillProgress) -> None:
            context.report(now.share, now.so_far())

        order = BackfillOrder.of(context.job.payload)
        ports = {name: getattr(self, name) for name in ("catalogue", "jobs", "queue", "models")}
        work = Backfill(**ports, manifest=self.manifest(order.detector), order=order)
        return work.run(tell, check=check).so_far()
