"""One request to a graph, or a piece of one: what it asks, who waits for it, and how it ended."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import DeadlineError, HelioscribeError
from helioscribe.domain.serving import USUAL

__all__ = ["Outputs", "Work", "finish_all"]

_LOOK_EVERY = 0.1
_numbers = count()

Outputs = dict[str, NDArray[Any]]


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """One request, or a piece of one."""

    graph: str
    """Which graph of the model version."""

    tensors: Mapping[str, NDArray[Any]]
    """Inputs by name."""

    items: int
    """Length of the batch axis; 0 if the graph has none."""

    priority: int = USUAL
    """Lower goes first."""

    deadline: float | None = None
    """When nobody wants the answer any more, on the monotonic clock [s]."""

    alone: bool = False
    """Not to be run with others: a run with it crashed before."""

    crashes: int = 0
    """How often the process that ran it died."""

    since: int = field(default_factory=time.perf_counter_ns)
    """When it came [ns]."""

    number: int = field(default_factory=lambda: next(_numbers))
    """In order of coming."""

    outputs: Outputs | None = None
    """The answer."""

    error: HelioscribeError | None = None
    """What went wrong."""

    ended: bool = False
    """Whether there is an answer or an error."""

    waiter: threading.Event | asyncio.Future[None] | None = None
    """Who is told of the end: a thread, or a coroutine."""

    @property
    def size(self) -> int:
        """Bytes of the inputs."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    @property
    def kind(self) -> tuple[object, ...]:
        """What works must have in common to run together."""
        return (self.graph, *((name, tensor.dtype, tensor.shape[1:]) for name, tensor in sorted(self.tensors.items())))

    def finish(self, outputs: Outputs | None = None, error: HelioscribeError | None = None) -> None:
        """End it; only the first end counts."""
        if not self.ended:
            self.outputs, self.error, self.ended = outputs, error, True
            _tell([self])

    def answer(self) -> Outputs:
        """Return the answer of a work that has ended. Raises what went wrong."""
        if self.error is not None:
            raise self.error
        assert self.outputs is not None
        return self.outputs

    def wait(self, check: Callable[[], None]) -> Outputs:
        """Wait for the end and return the answer.

        Raises
        ------
        HelioscribeError
            What went wrong, or what `check` raises; then the work is not done if it did not begin yet.
        """
        self.waiter = ended = threading.Event()
        while not self.ended and not ended.wait(self._patience()):
            self._give_up_late()
            try:
                check()
            except HelioscribeError as error:
                self.finish(error=error)
        return self.answer()

    async def soon(self) -> Outputs:
        """Return the answer, without a thread that waits for it. Raises what went wrong."""
        self.waiter = ended = asyncio.get_running_loop().create_future()
        if not self.ended:
            left = None if self.deadline is None else self.deadline - time.monotonic()
            await asyncio.wait((ended,), timeout=left)
            self.finish(error=DeadlineError("the time allowed ran out"))
        return self.answer()

    def _patience(self) -> float:
        left = _LOOK_EVERY if self.deadline is None else self.deadline - time.monotonic()
        return max(0.0, min(_LOOK_EVERY, left))

    def _give_up_late(self) -> None:
        if self.late:
            self.finish(error=DeadlineError("the time allowed ran out"))

    @property
    def late(self) -> bool:
        """Whether nobody wants the answer any more."""
        return self.deadline is not None and time.monotonic() >= self.deadline


def finish_all(works: list[Work], answers: Iterable[Outputs]) -> None:
    """End works that were run together; a loop whose coroutines wait for many of them is woken once."""
    for work, outputs in zip(works, answers, strict=True):
        if not work.ended:
            work.outputs, work.ended = outputs, True
    _tell(works)


def _tell(works: list[Work]) -> None:
    coroutines: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for work in works:
        if isinstance(work.waiter, threading.Event):
            work.waiter.set()
        elif work.waiter is not None:
            coroutines[work.waiter.get_loop()].append(work.waiter)
    for loop, waiters in coroutines.items():
        loop.call_soon_threadsafe(_wake, waiters)


def _wake(waiters: list[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
