"""Base classes of job stores: the methods that are the same wherever the jobs are stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, Protocol

from helioscribe.domain import lease as transitions
from helioscribe.domain.errors import LeaseLostError
from helioscribe.domain.identity import plain_json
from helioscribe.domain.job import Job, JobError, JobKind, JobOrder, JobState, Priority
from helioscribe.ports.jobs import ALONE

__all__ = ["JobDesk", "JobVerbs", "SingleVerbs"]

_MOST_ALONG = 1000


class SingleVerbs(ABC):
    """Implements the methods for one job by those for several."""

    @abstractmethod
    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """See `JobStore.submit_all`."""

    @abstractmethod
    def get(self, job_id: str) -> Job:
        """See `JobStore.get`."""

    @abstractmethod
    def claim_all(
        self, job_ids: Sequence[str], *, worker: str, lease: float, along: Mapping[str, int] = ALONE
    ) -> list[Job]:
        """See `JobStore.claim_all`."""

    @abstractmethod
    def finish_all(self, results: Mapping[str, Mapping[str, Any]], *, worker: str) -> Collection[str]:
        """See `JobStore.finish_all`."""

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
        order = JobOrder(kind=kind, key=key, payload=payload, max_attempts=max_attempts, priority=priority)
        return self.submit_all([order])[0]

    def claim(self, job_id: str, *, worker: str, lease: float) -> Job | None:
        """See `JobStore.claim`."""
        return next(iter(self.claim_all([job_id], worker=worker, lease=lease)), None)

    def finish(self, job_id: str, *, worker: str, result: Mapping[str, Any]) -> Job:
        """See `JobStore.finish`."""
        if not self.finish_all({job_id: result}, worker=worker):
            raise LeaseLostError(f"{worker} no longer holds job {job_id}")
        return self.get(job_id)


class JobDesk(Protocol):
    """An open transaction of a job store."""

    @property
    def now(self) -> datetime:
        """The time by the store's clock, UTC."""

    def take(self, job_ids: Sequence[str]) -> list[Job]:
        """Return jobs, in order, and lock them until the end of the transaction. Raises `NotFoundError`."""

    def waiting(self, like: Job, limit: int) -> list[Job]:
        """Return the oldest jobs that wait for their first attempt and have the group and priority of `like`.

        They are locked until the end of the transaction. Jobs that another transaction has locked are left out.
        """

    def save(self, changes: Sequence[tuple[Job, Job]]) -> None:
        """Write changed jobs, given before and after the change."""


class JobVerbs(SingleVerbs):
    """A job store with transactions; the transitions between states are those of `domain.lease`."""

    @abstractmethod
    def _desk(self) -> AbstractContextManager[JobDesk]:
        """Begin a transaction, which is committed at the end of the block unless an error is raised."""

    def claim_all(
        self, job_ids: Sequence[str], *, worker: str, lease: float, along: Mapping[str, int] = ALONE
    ) -> list[Job]:
        """See `JobStore.claim_all`."""
        with self._desk() as desk:

            def claimed(job: Job) -> tuple[Job, Job]:
                return job, transitions.claim(job, now=desk.now, worker=worker, lease=lease)

            first, *others = desk.take(list(dict.fromkeys(job_ids)))
            changes = [claimed(first)]
            if changes[0][1] is first or changes[0][1].attempts == 1:
                others += _along(desk, first, others, min(along.get(first.group, 0), _MOST_ALONG))
                changes += map(claimed, filter(transitions.untried, others))
            desk.save([(before, after) for before, after in changes if after is not before])
        return [now for before, now in changes if now is not before and now.state is JobState.RUNNING]

    def renew(
        self,
        job_id: str,
        *,
        worker: str,
        lease: float,
        progress: float | None = None,
        so_far: Mapping[str, Any] | None = None,
    ) -> Job:
        """See `JobStore.renew`."""
        held: dict[str, Any] = {"worker": worker, "lease": lease, "progress": progress}
        held["so_far"] = None if so_far is None else plain_json(so_far)
        return self._change(job_id, lambda job, now: transitions.renew(job, now=now, **held))

    def finish_all(self, results: Mapping[str, Mapping[str, Any]], *, worker: str) -> Collection[str]:
        """See `JobStore.finish_all`."""
        stored = {job_id: plain_json(result) for job_id, result in results.items()}
        ended: list[tuple[Job, Job]] = []
        with self._desk() as desk:
            for job in desk.take(list(stored)):
                with suppress(LeaseLostError):
                    ended.append((job, transitions.finish(job, now=desk.now, worker=worker, result=stored[job.id])))
            desk.save([(before, after) for before, after in ended if after is not before])
        return {after.id for _, after in ended}

    def fail(self, job_id: str, *, worker: str, error: JobError, retry_in: float | None) -> Job:
        """See `JobStore.fail`."""
        return self._change(
            job_id, lambda job, now: transitions.fail(job, now=now, worker=worker, error=error, retry_in=retry_in)
        )

    def cancel(self, job_id: str) -> Job:
        """See `JobStore.cancel`."""
        return self._change(job_id, lambda job, now: transitions.cancel(job, now=now))

    def retry(self, job_id: str) -> Job:
        """See `JobStore.retry`."""
        return self._change(job_id, lambda job, now: transitions.retry(job, now=now))

    def _change(self, job_id: str, change: Callable[[Job, datetime], Job]) -> Job:
        with self._desk() as desk:
            (before,) = desk.take([job_id])
            after = change(before, desk.now)
            if after is not before:
                desk.save([(before, after)])
        return after


def _along(desk: JobDesk, first: Job, others: Sequence[Job], most: int) -> list[Job]:
    room = most - len(others)
    if not first.group or room <= 0:
        return []
    known = {first.id, *(job.id for job in others)}
    return [job for job in desk.waiting(first, room + len(known)) if job.id not in known][:room]
