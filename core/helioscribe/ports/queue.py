"""The queue, which tells workers that jobs wait. It may lose or repeat messages; the job store decides."""

from __future__ import annotations

from typing import Protocol

from helioscribe.domain.job import JobKind, Priority

__all__ = ["Queue"]


class Queue(Protocol):
    """Sends ids of jobs to workers."""

    def publish(self, kind: JobKind, *job_ids: str, priority: int = Priority.LIVE) -> None:
        """Send ids to the workers of a kind, in one message; messages of higher priority are taken first.

        Raises `UnavailableError` if the broker does not answer.
        """

    def check(self) -> None:
        """Raise `UnavailableError` if the broker does not answer."""

    def close(self) -> None:
        """Close connections and end threads."""
