"""The store of jobs and their leases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from helioscribe.domain.job import Job, JobError, JobKind, JobOrder, JobState, Priority

__all__ = ["ALONE", "JobStore"]

ALONE: Mapping[str, int] = MappingProxyType({})
"""Take no other jobs together with the first one."""


class JobStore(Protocol):
    """Jobs with leases. All times are by the clock of the store; the clocks of workers do not matter.

    The store also keeps the failure ledger: a job that fails for good is entered when it ends, and one that succeeds
    removes the entries of its subject.
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
        """Submit a job and return it, and whether it is new. The same kind and key again return the existing job."""

    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """Submit several jobs in one transaction, which takes hardly longer than one job."""

    def get(self, job_id: str) -> Job:
        """Return a job. Raises `NotFoundError`."""

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """Return jobs, newest first."""

    def claim(self, job_id: str, *, worker: str, lease: float) -> Job | None:
        """Take a job that waits, or whose lease has expired, for `lease` seconds.

        Return None if it cannot be taken: another worker holds it, it has ended, or it is not due. A job without
        attempts left fails here, with the error ``crashed`` if its worker died.
        """

    def claim_all(
        self, job_ids: Sequence[str], *, worker: str, lease: float, along: Mapping[str, int] = ALONE
    ) -> list[Job]:
        """Take several jobs and return those that were taken.

        The first job is taken whenever `claim` would take it. The others are only taken if neither they nor the first
        one have been tried before: a job of which a worker died must not take others with it.

        Parameters
        ----------
        job_ids
            At least one.
        worker, lease
            See `claim`.
        along
            For each group (`Job.group`) of the first job, how many others to take at most: those of `job_ids`, then the
            oldest waiting ones of the same group and priority. They are taken even if the first job is done already,
            since its message shows that such jobs wait.
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
        """Extend a lease; report progress and an interim result, or None to leave them unchanged.

        Raises `LeaseLostError` if another worker holds the job now.
        """

    def finish(self, job_id: str, *, worker: str, result: Mapping[str, Any]) -> Job:
        """End a job successfully; doing so twice has no further effect. Raises `LeaseLostError`."""

    def finish_all(self, results: Mapping[str, Mapping[str, Any]], *, worker: str) -> Collection[str]:
        """End several jobs successfully, with their results by id; return the ids of those whose lease was not lost."""

    def fail(self, job_id: str, *, worker: str, error: JobError, retry_in: float | None) -> Job:
        """End an attempt with an error. The job is tried again after `retry_in` seconds if it has attempts left.

        If it has none, or `retry_in` is None, it fails for good. Raises `LeaseLostError`.
        """

    def cancel(self, job_id: str) -> Job:
        """Cancel a waiting job, or ask the worker of a running one to stop; no error if it has ended."""

    def retry(self, job_id: str) -> Job:
        """Queue a failed or cancelled job again, with all attempts left."""

    def reap(self, *, limit: int = 1000, published_before: float = 30.0) -> list[Job]:
        """Return the jobs for which a message must be sent now, and record the message as sent.

        These are running jobs whose lease has expired, which are put back to waiting, and jobs that are due and for
        which no message was sent in the last `published_before` seconds.
        """
