"""Jobs: the truth about work, whatever carries the messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from helioscribe.domain.job import Job, JobError, JobKind, JobOrder, JobState, Priority

__all__ = ["ALONE", "JobStore"]

ALONE: Mapping[str, int] = MappingProxyType({})
"""Take nobody along."""


class JobStore(Protocol):
    """Jobs with leases. All times are the store's own clock, so that workers' clocks do not matter.

    It keeps the ledger of failures, too: a job that fails for good is entered with its end, and one that ends well
    takes its subject out.
    """

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

    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """Do as `submit` for each, all or none, and at the cost of about one."""

    def get(self, job_id: str) -> Job:
        """Return a job. Raises `NotFoundError`."""

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """Return jobs, newest first."""

    def claim(self, job_id: str, *, worker: str, lease: float) -> Job | None:
        """Take a job that waits, or whose lease ran out, for `lease` seconds.

        Return None if there is nothing to do: another worker holds it, it has ended, or its time has not come. A job
        taken more often than its `max_attempts` fails here, with the error ``crashed`` if its workers vanished.
        """

    def claim_all(
        self, job_ids: Sequence[str], *, worker: str, lease: float, along: Mapping[str, int] = ALONE
    ) -> list[Job]:
        """Do as `claim` for several jobs, and return those that were taken.

        The first is taken in any case in which `claim` would take it. The others are taken if nobody tried them before,
        and if the first is not one that was: what a worker died of must not take others with it again.

        Parameters
        ----------
        job_ids
            At least one.
        worker, lease
            See `claim`.
        along
            How many others to take at most with a first job of a group (`Job.group`): those of `job_ids`, and where
            these are fewer, the oldest that wait in the same group and with the same priority. Also if the first itself
            is done already: whoever sends its message says that such jobs wait.
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
        """End a job well; twice is as good as once. Raises `LeaseLostError`."""

    def finish_all(self, results: Mapping[str, Mapping[str, Any]], *, worker: str) -> Collection[str]:
        """Do as `finish` for each job, by its id; return the ids of those whose lease was not lost."""

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
