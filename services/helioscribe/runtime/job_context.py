"""What the handler of a job works with."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import Job, JobOrder

__all__ = ["JobContext"]


class JobContext:
    """A job with ways to report progress, to submit further jobs, and to notice that the work is to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.orders: list[JobOrder] = []
        self._progress = job.progress
        self._so_far: Mapping[str, Any] | None = None
        self._news = False
        self._stop: HelioscribeError | None = None
        self._stopped = threading.Event()

    def report(self, progress: float, so_far: Mapping[str, Any] | None = None) -> None:
        """Report the progress, 0 to 1, and an interim result if there is one; both are sent within two seconds."""
        self._progress, self._so_far, self._news = progress, so_far, True

    def has_news(self) -> bool:
        """Whether anything was reported since the last call of this method."""
        news, self._news = self._news, False
        return news

    def news(self) -> dict[str, Any]:
        """Return the last report as arguments of `JobStore.renew`."""
        return {"progress": self._progress, "so_far": self._so_far}

    def follow(self, order: JobOrder) -> str:
        """Submit another job when this one is done; return its id."""
        self.orders.append(order)
        return order.id

    def stop(self, reason: HelioscribeError) -> None:
        """Make the next `check` raise an error."""
        self._stop = reason
        self._stopped.set()

    def pause(self, seconds: float) -> None:
        """Wait, unless the work is to stop. Raises the errors of `check`."""
        self._stopped.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise `CancelledError` or `LeaseLostError` if the work is to stop. Handlers should call it often."""
        if self._stop is not None:
            raise self._stop
