"""Jobs: the truth about work, whatever carries the messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from helioscribe.domain.job import Job, JobError, JobKind, JobState, Priority

__all__ = ["JobStore"]


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

    def renew(self, job_id: str, *, worker: str, lease: float, progress: float | None = None) -> Job:
        """Extend a lease and report progress. Raises `LeaseLostError` if another worker holds the job now."""

    def finish(self, job_id: str, *, worker: str, result: Mapping[str, Any]) -> Job:
        """End a job well. Raises `LeaseLostError`. Finishing it twice changes nothing."""

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
