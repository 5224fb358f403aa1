"""The queue of a single process: threads take the ids that are published."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import JobKind, Priority

__all__ = ["LocalQueue"]

_log = logging.getLogger(__name__)
_END = float("-inf")  # before everything that waits


class LocalQueue:
    """Carries ids to callbacks in threads. What it loses when the process ends, the reaper brings again."""

    def __init__(self) -> None:
        self._waiting: dict[JobKind, queue.PriorityQueue[tuple[float, int, tuple[str, ...]]]] = {
            kind: queue.PriorityQueue() for kind in JobKind
        }
        self._turns = itertools.count()  # within a priority, first come, first served
        self._threads: list[tuple[JobKind, threading.Thread]] = []
        self._open = 0
        self._closing = False
        self._lost: HelioscribeError | None = None
        self._idle = threading.Condition()

    def publish(self, kind: JobKind, *job_ids: str, priority: int = Priority.LIVE) -> None:
        """See `Queue.publish`."""
        with self._idle:
            self._open += 1
        self._waiting[kind].put((-priority, next(self._turns), job_ids))

    def consume(self, kind: JobKind, callback: Callable[..., None], *, threads: int = 1) -> None:
        """Start threads that call `callback` with the ids of every message of a kind."""
        for number in range(threads):
            thread = threading.Thread(target=self._serve, args=(kind, callback), name=f"{kind}-{number}", daemon=True)
            self._threads.append((kind, thread))
            thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until no id waits or is worked on; False if `timeout` seconds were not enough."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._idle:
            while self._open:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._idle.wait(left if left is None else min(left, 1.0))
        return True

    def check(self) -> None:
        """Raise the error of the last message if its callback raised one, once. It is then the reaper's to repeat."""
        lost, self._lost = self._lost, None
        if lost is not None:
            raise lost

    def close(self) -> None:
        """See `Queue.close`."""
        self._closing = True
        for kind, _ in self._threads:
            self._waiting[kind].put((_END, next(self._turns), ()))
        for _, thread in self._threads:
            thread.join(timeout=30)
        self._threads.clear()

    def _serve(self, kind: JobKind, callback: Callable[..., None]) -> None:
        while (taken := self._waiting[kind].get())[0] != _END:
            job_ids = taken[2]
            try:
                if not self._closing:
                    callback(*job_ids)
                    self._lost = None
            except HelioscribeError as error:
                self._lost = error
                _log.warning("%s %s: %s", kind, " ".join(job_ids), error.message)
            except Exception:  # noqa: BLE001  # a thread that dies would stop all later work
                _log.exception("%s %s", kind, " ".join(job_ids))
            finally:
                with self._idle:
                    self._open -= 1
                    self._idle.notify_all()
