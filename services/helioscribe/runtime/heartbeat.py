"""Renews the leases of a worker's jobs."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Sequence
from typing import Self

from helioscribe.domain.errors import CancelledError, HelioscribeError, LeaseLostError, TransientError
from helioscribe.ports.jobs import JobStore
from helioscribe.runtime.job_context import JobContext

__all__ = ["Heartbeat"]

_log = logging.getLogger(__name__)
_NEWS_EVERY = 2.0


class Heartbeat:
    """Renews leases in a thread, reports progress, and notices cancellations. A context manager.

    Parameters
    ----------
    jobs
        The job store.
    contexts
        The jobs of the worker.
    worker, lease
        Name of the worker, and length of a lease [s], which is renewed three times in that time.
    stopping
        Set when the process is to end.
    farewell
        Time that jobs may go on then [s], before they are given back.
    """

    def __init__(
        self,
        jobs: JobStore,
        contexts: Sequence[JobContext],
        *,
        worker: str,
        lease: float,
        stopping: threading.Event,
        farewell: float,
    ) -> None:
        self._jobs, self._worker, self._lease = jobs, worker, lease
        self._stopping, self._farewell = stopping, farewell
        self._held = {context.job.id: context for context in contexts}
        self._told = dict.fromkeys(self._held, time.monotonic())
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{contexts[0].job.id[-6:]}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._thread.join()

    def let_go(self, job_id: str) -> None:
        """Stop renewing the lease of a job that has ended."""
        self._held.pop(job_id, None)

    def _beat(self) -> None:
        until = math.inf
        while not self._finished.wait(min(self._lease / 3, _NEWS_EVERY)):
            if self._stopping.is_set():
                until = min(until, time.monotonic() + self._farewell)
            if time.monotonic() >= until:
                self._give_back()
            for job_id, context in list(self._held.items()):
                if context.has_news() or time.monotonic() - self._told[job_id] >= self._lease / 3:
                    self._told[job_id] = time.monotonic()
                    self._renew(job_id, context)

    def _give_back(self) -> None:
        for context in list(self._held.values()):
            context.stop(TransientError("this process ends; the job continues in another one"))

    def _renew(self, job_id: str, context: JobContext) -> None:
        try:
            job = self._jobs.renew(job_id, worker=self._worker, lease=self._lease, **context.news())
        except LeaseLostError as error:
            self.let_go(job_id)
            context.stop(error)
        except HelioscribeError as error:
            _log.warning("heartbeat of job %s: %s", job_id, error.message)
        else:
            if job.cancel_requested:
                context.stop(CancelledError(f"job {job_id} was cancelled"))
