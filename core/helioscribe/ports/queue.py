"""The queue: tells workers that a job waits. It may lose or double messages; the job store knows better."""

from __future__ import annotations

from typing import Protocol

from helioscribe.domain.job import JobKind, Priority

__all__ = ["Queue"]


class Queue(Protocol):
    """Carries ids of jobs to workers."""

    def publish(self, kind: JobKind, *job_ids: str, priority: int = Priority.LIVE) -> None:
        """Send ids to the workers of their kind in one message; those of higher priority are taken first.

        Raises `UnavailableError` if the broker does not answer.
        """

    def check(self) -> None:
        """Raise `UnavailableError` if the broker does not answer."""

    def close(self) -> None:
        """Let go of connections and threads."""
