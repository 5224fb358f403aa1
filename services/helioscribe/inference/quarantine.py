"""Inputs under which processes die: tried again alone, then refused."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from helioscribe.domain.errors import PluginError
from helioscribe.inference.batching import WorkQueue
from helioscribe.inference.works import Work

__all__ = ["Quarantine"]

_log = logging.getLogger(__name__)


class Quarantine:
    """What the inputs have on their conscience.

    Parameters
    ----------
    queue
        Where works go to be tried again.
    limit
        So many deaths are enough.
    """

    def __init__(self, queue: WorkQueue, *, limit: int) -> None:
        self._queue, self._limit = queue, limit
        self._refused: set[str] = set()

    def crashed(self, batch: list[Work]) -> None:
        """Take works whose process died: each is tried again alone, until it has died too often."""
        again = []
        for work in batch:
            # Alone, it was this one; in company, any of them.
            work.crashes, work.alone = work.crashes + (len(batch) == 1), True
            if work.crashes >= self._limit:
                self._refuse(work)
            else:
                again.append(work)
        self._queue.put(again, again=True)

    def check(self, works: Iterable[Work]) -> None:
        """Raise `PluginError` if one of them is refused."""
        if self._refused and any(_digest(work) in self._refused for work in works):
            raise PluginError("this input crashed the graph's process before; it is in quarantine")

    def _refuse(self, work: Work) -> None:
        self._refused.add(_digest(work))
        _log.error("graph %s: an input crashed its process %d times and is refused now", work.graph, work.crashes)
        text = f"graph {work.graph}: its process crashed {work.crashes} times under this input, now in quarantine"
        work.fail(PluginError(text))


def _digest(work: Work) -> str:
    found = sha256(work.graph.encode())
    for name, tensor in sorted(work.tensors.items()):
        found.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
        found.update(np.ascontiguousarray(tensor).data)
    return found.hexdigest()
