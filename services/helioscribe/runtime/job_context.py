"""What whoever works on a job is given."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import Job, JobOrder

__all__ = ["JobContext"]


class JobContext:
    """A job, a place to report progress and to order what follows, and the wish to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.orders: list[JobOrder] = []
        self._progress = job.progress
        self._so_far: Mapping[str, Any] | None = None
        self._news = False
        self._stop: HelioscribeError | None = None
        self._stopped = threading.Event()

    def report(self, progress: float, so_far: Mapping[str, Any] | None = None) -> None:
        """Say how far the work is, 0 to 1, and perhaps what came out so far; sent within two seconds."""
        self._progress, self._so_far, self._news = progress, so_far, True

    def has_news(self) -> bool:
        """Whether anything was reported since the last time this was asked."""
        news, self._news = self._news, False
        return news

    def news(self) -> dict[str, Any]:
        """Return what was reported last, as `JobStore.renew` takes it."""
        return {"progress": self._progress, "so_far": self._so_far}

    def follow(self, order: JobOrder) -> str:
        """Have another job queued once this one is done, and return its id."""
        self.orders.append(order)
        return order.id

    def stop(self, reason: HelioscribeError) -> None:
        """Ask the handler to stop at its next check."""
        self._stop = reason
        self._stopped.set()

    def pause(self, seconds: float) -> None:
        """Wait, unless the work shall stop. Raises as `check` does."""
        self._stopped.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise `CancelledError` or `LeaseLostError` if the work shall stop. Handlers call it often."""
        if self._stop is not None:
            raise self._stop
