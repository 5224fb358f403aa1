"""A request whose works wait for their lanes: waited for by a thread, or by a coroutine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from helioscribe.domain.errors import CancelledError, HelioscribeError
from helioscribe.inference.counting import GraphCounter
from helioscribe.inference.works import Outputs, Work

__all__ = ["Pending"]


@dataclass(slots=True, kw_only=True, eq=False)
class Pending:
    """One request."""

    counter: GraphCounter
    """Where it is counted."""

    items: int = 0
    """How many it has; 0 without a batch axis."""

    works: list[Work] = field(default_factory=list)
    """Its pieces."""

    since: int = field(default_factory=time.perf_counter_ns)
    """When it came [ns]."""

    def wait(self, check: Callable[[], None]) -> Outputs:
        """Return the answer. Raises as `Work.wait` does."""
        with self._counted():
            return _joined([work.wait(check) for work in self.works])

    async def soon(self) -> Outputs:
        """Return the answer, without a thread that waits for it. Raises as `Work.wait` does."""
        with self._counted():
            return _joined([await work.soon() for work in self.works])

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Count it if it fails; where one piece fails, the others are of no use."""
        try:
            yield
        except (HelioscribeError, asyncio.CancelledError) as ended:
            error = ended if isinstance(ended, HelioscribeError) else CancelledError("the caller has gone")
            for work in self.works:
                work.finish(error=error)
            self.counter.failed(error, time.perf_counter_ns() - self.since)
            raise

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self.accepted():
            yield
        self.counter.answered(max(1, self.items), time.perf_counter_ns() - self.since)


def _joined(answers: list[Outputs]) -> Outputs:
    if len(answers) == 1:
        return answers[0]
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
