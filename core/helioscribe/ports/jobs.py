"""Jobs: the truth about work, whatever carries the messages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from helioscribe.domain import lease as transitions
from helioscribe.domain.identity import plain_json
from helioscribe.domain.job import Job, JobError, JobKind, JobState, Priority

__all__ = ["JobStore", "JobVerbs"]


class JobStore(Protocol):
    """Jobs with leases. All times are the store's own clock, so that workers' clocks do not matter."""

    def submit(
        self,
        kind: JobKind,
        key: str,
        payload: Mapping[str, Any],
        *,
        max_attempts: int = 5,
        priority: int = Priority.LIVE,
    ) -> tuple[Job, bool]:
        """Return the job of `kind` and `key`, and whether it is new. Submitting again returns the one that there is."""

    def get(self, job_id: str) -> Job:
        """Return a job. Raises `NotFoundError`."""

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """Return jobs, newest first."""

    def claim(self, job_id: str, *, worker: str, lease: float) -> Job | None:
        """Take a job that waits, or whose lease ran out, for `lease` seconds.

        Return None if there is nothing to do: another worker holds it, it has ended, or its time has not come. A job
        taken more often than its `max_attempts` fails here, with the error ``crashed`` if its workers vanished.
        """

    def renew(
        self,
        job_id: str,
        *,
        worker: str,
        lease: float,
        progress: float | None = None,
        so_far: Mapping[str, Any] | None = None,
    ) -> Job:
        """Extend a lease, report progress and what came out so far; None leaves them as they are.

        Raises `LeaseLostError` if another worker holds the job now.
        """

    def finish(self, job_id: str, *, worker: str, result: Mapping[str, Any]) -> Job:
        """End a job well, and take its subject out of the ledger of failures; twice is as good as once.

        Raises `LeaseLostError`.
        """

    def fail(self, job_id: str, *, worker: str, error: JobError, retry_in: float | None) -> Job:
        """End an attempt badly: try again in `retry_in` seconds if attempts are left, else fail.

        Raises `LeaseLostError`.
        """

    def cancel(self, job_id: str) -> Job:
        """Cancel a waiting job, or ask the worker of a running one to stop. No error if it has ended."""

    def retry(self, job_id: str) -> Job:
        """Queue a job that failed or was cancelled again, with all its attempts."""

    def reap(self, *, limit: int = 1000, published_before: float = 30.0) -> list[Job]:
        """Return jobs that need a message: leases that ran out, and waiting jobs whose time has come and for which no
        message was sent in the last `published_before` seconds. Running jobs among them are put back to waiting; the
        message is counted as sent now.
        """


class JobVerbs(ABC):
    """The verbs of a store that changes one job at a time: what leads from state to state is `domain.lease`'s."""

    @abstractmethod
    def _change(self, job_id: str, change: Callable[[Job, datetime], Job]) -> tuple[Job, Job]:
        """Change a job, given the time, and return it before and after. Nobody else changes it meanwhile."""

    def claim(self, job_id: str, *, worker: str, lease: float) -> Job | None:
        """See `JobStore.claim`."""
        before, after = self._change(
            job_id, lambda job, now: transitions.claim(job, now=now, worker=worker, lease=lease)
        )
        return after if after is not before and after.state is JobState.RUNNING else None

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
        told: dict[str, Any] = {"progress": progress, "so_far": None if so_far is None else plain_json(so_far)}
        return self._change(
            job_id, lambda job, now: transitions.renew(job, now=now, worker=worker, lease=lease, **told)
        )[1]

    def finish(self, job_id: str, *, worker: str, result: Mapping[str, Any]) -> Job:
        """See `JobStore.finish`."""
        stored = plain_json(result)
        return self._change(job_id, lambda job, now: transitions.finish(job, now=now, worker=worker, result=stored))[1]

    def fail(self, job_id: str, *, worker: str, error: JobError, retry_in: float | None) -> Job:
        """See `JobStore.fail`."""
        return self._change(
            job_id, lambda job, now: transitions.fail(job, now=now, worker=worker, error=error, retry_in=retry_in)
        )[1]

    def cancel(self, job_id: str) -> Job:
        """See `JobStore.cancel`."""
        return self._change(job_id, lambda job, now: transitions.cancel(job, now=now))[1]

    def retry(self, job_id: str) -> Job:
        """See `JobStore.retry`."""
        return self._change(job_id, lambda job, now: transitions.retry(job, now=now))[1]
