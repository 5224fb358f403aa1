"""A job store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from helioscribe.adapters.memory.catalogue import MemoryCatalogue
from helioscribe.domain import lease as transitions
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import Job, JobKind, JobState, Priority, new_job
from helioscribe.domain.times import utc_now
from helioscribe.ports.jobs import JobVerbs

__all__ = ["MemoryJobs"]


class MemoryJobs(JobVerbs):
    """A `JobStore` that forgets everything with its process.

    Parameters
    ----------
    clock
        What time it is, UTC.
    ledger
        Whose entries of failures go when a job ends well.
    """

    def __init__(self, *, clock: Callable[[], datetime] = utc_now, ledger: MemoryCatalogue | None = None) -> None:
        self._clock, self._ledger = clock, ledger
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._published: dict[str, datetime | None] = {}

    def submit(
        self,
        kind: JobKind,
        key: str,
        payload: Mapping[str, Any],
        *,
        max_attempts: int = 5,
        priority: int = Priority.LIVE,
    ) -> tuple[Job, bool]:
        """See `JobStore.submit`."""
        with self._lock:
            job = new_job(
                kind, key, payload, max_attempts=max_attempts, priority=priority, now=self._clock()
            )
            if known := self._jobs.get(job.id):
                return known, False
            self._jobs[job.id] = job
            self._published[job.id] = job.created
            return job, True

    def get(self, job_id: str) -> Job:
        """See `JobStore.get`."""
        with self._lock:
            return self._get(job_id)

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """See `JobStore.find`."""
        with self._lock:
            jobs = sorted(self._jobs.values(), key=lambda job: (job.created, job.id), reverse=True)
        chosen = [job for job in jobs if kind in (None, job.kind) and (not states or job.state in states)]
        return chosen[: max(limit, 0)]

    def reap(self, *, limit: int = 1000, published_before: float = 30.0) -> list[Job]:
        """See `JobStore.reap`."""
        waiting: list[Job] = []
        with self._lock:
            now = self._clock()
            for before in list(self._jobs.values()):
                if len(waiting) >= limit:
                    break
                job = transitions.reap(before, now=now)
                self._save(before, job)
                published = self._published[job.id]
                if transitions.needs_message(job, now=now, published=published, published_before=published_before):
                    self._published[job.id] = now
                    waiting.append(job)
        return waiting

    def _get(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise NotFoundError(f"no job {job_id}")
        return self._jobs[job_id]

    def _change(self, job_id: str, change: Callable[[Job, datetime], Job]) -> tuple[Job, Job]:
        with self._lock:
            before = self._get(job_id)
            after = change(before, self._clock())
            self._save(before, after)
            return before, after

    def _save(self, before: Job, after: Job) -> None:
        self._jobs[after.id] = after
        if self._ledger is not None and transitions.settles(before, after):
            self._ledger.clear_failure(stage=after.kind.value, subject=after.subject)
        if after.state is JobState.QUEUED and before.state is not JobState.QUEUED:
            self._published[after.id] = None  # nobody has been told that it waits again
