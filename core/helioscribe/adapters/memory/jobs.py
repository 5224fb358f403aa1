"""A job store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from helioscribe.adapters.memory.catalogue import MemoryCatalogue
from helioscribe.domain import lease as transitions
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import Job, JobKind, JobOrder, JobState, new_job
from helioscribe.domain.times import utc_now
from helioscribe.ports.job_verbs import JobDesk, JobVerbs

__all__ = ["MemoryJobs"]


class MemoryJobs(JobVerbs):
    """A `JobStore` that forgets everything with its process.

    Parameters
    ----------
    clock
        Returns the present time, UTC.
    ledger
        The ledger of failures.
    """

    def __init__(self, *, clock: Callable[[], datetime] = utc_now, ledger: MemoryCatalogue | None = None) -> None:
        self._clock, self._ledger = clock, ledger
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._published: dict[str, datetime | None] = {}

    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """See `JobStore.submit_all`."""
        with self._lock:
            now = self._clock()
            return [self._add(job) for job in [new_job(order, now=now) for order in orders]]

    def _add(self, job: Job) -> tuple[Job, bool]:
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
        return _known(self._jobs, job_id)

    @contextmanager
    def _desk(self) -> Iterator[JobDesk]:
        with self._lock:
            yield _Desk(self._clock(), self._jobs, self._save)

    def _save(self, before: Job, after: Job) -> None:
        self._jobs[after.id] = after
        if self._ledger is not None:
            if transitions.settles(before, after):
                self._ledger.clear_failure(stage=after.kind.value, subject=after.subject)
            if entry := transitions.failure(before, after):
                self._ledger.add_failure(entry)
        if after.state is JobState.QUEUED and before.state is not JobState.QUEUED:
            self._published[after.id] = None  # nobody has been told that it waits again


@dataclass(frozen=True, slots=True)
class _Desk:
    """A `JobDesk` on a store whose lock is held."""

    now: datetime
    jobs: Mapping[str, Job]
    keep: Callable[[Job, Job], None]

    def take(self, job_ids: Sequence[str]) -> list[Job]:
        return [_known(self.jobs, job_id) for job_id in job_ids]

    def waiting(self, like: Job, limit: int) -> list[Job]:
        same = (job for job in self.jobs.values() if (job.group, job.priority) == (like.group, like.priority))
        return [job for job in same if transitions.untried(job)][:limit]

    def save(self, changes: Sequence[tuple[Job, Job]]) -> None:
        for before, after in changes:
            self.keep(before, after)


def _known(jobs: Mapping[str, Job], job_id: str) -> Job:
    if job_id not in jobs:
        raise NotFoundError(f"no job {job_id}")
    return jobs[job_id]
