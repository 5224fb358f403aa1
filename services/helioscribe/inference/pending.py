"""A request whose works wait for their lanes: waited for by a thread, or by a coroutine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import CancelledError, DeadlineError, HelioscribeError
from helioscribe.inference.counting import GraphCounter
from helioscribe.inference.works import Work

__all__ = ["Pending"]

Outputs = dict[str, NDArray[Any]]


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
            return _joined([await _ended(work) for work in self.works])

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


async def _ended(work: Work) -> Outputs:
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def wake() -> None:
        if not ended.done():
            ended.set_result(None)

    work.then(lambda: loop.call_soon_threadsafe(wake))
    try:
        async with asyncio.timeout(None if work.deadline is None else work.deadline - time.monotonic()):
            await ended
    except TimeoutError:
        work.finish(error=DeadlineError("the time allowed ran out"))
    return work.answer()


def _joined(answers: list[Outputs]) -> Outputs:
    if len(answers) == 1:
        return answers[0]
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
