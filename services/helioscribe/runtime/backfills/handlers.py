"""Backfills as jobs: anybody may order one, watch it, cancel it; whoever works on it may die."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.errors import TransientError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import Job, JobKind, JobState
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
    """Takes orders and works on them."""

    catalogue: Catalogue
    """What there is."""

    jobs: JobStore
    """Where work is recorded."""

    queue: Queue
    """How workers hear of it."""

    models: ModelRegistry
    """Which versions serve."""

    manifest: Callable[[str], DetectorManifest]
    """Who knows the detectors by id; raises `NotFoundError`."""

    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when this process is to end: running backfills are put back, and go on elsewhere."""

    def submit(self, order: BackfillOrder) -> Job:
        """Queue a backfill and return its job; one that has not ended well is gone on with.

        Raises
        ------
        NotFoundError
            If there is no such detector.
        InvalidInputError
            If it does not take the parameters.
        """
        self.manifest(order.detector).resolve_parameters(order.parameters)
        payload = order.payload()
        known = (job for job in self.jobs.find(kind=JobKind.BACKFILL) if job.payload == payload)
        if job := next((job for job in known if job.state is not JobState.DONE), None):
            return again(self.jobs, self.queue, job)
        job = self._new(payload)
        self.queue.publish(job.kind, job.id)
        return job

    def _new(self, payload: Mapping[str, Any]) -> Job:
        # What was done once may be asked for again: more may have come in, or another model serve.
        key = digest(canonical_json({**payload, "asked": format_utc(utc_now())}).encode())
        job, _ = self.jobs.submit(JobKind.BACKFILL, key, payload, max_attempts=_ATTEMPTS)
        return job

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Work on the job of a backfill."""

        def check() -> None:
            context.check()
            if self.stopping.is_set():
                raise TransientError("this process ends; the backfill goes on in another")

        def tell(now: BackfillProgress) -> None:
            context.report(now.share, now.so_far())

        order = BackfillOrder.of(context.job.payload)
        ports = {name: getattr(self, name) for name in ("catalogue", "jobs", "queue", "models")}
        work = Backfill(**ports, manifest=self.manifest(order.detector), order=order)
        return work.run(tell, check=check).so_far()
