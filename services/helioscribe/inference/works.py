"""One request to a graph, or a piece of one: what it asks, and how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import DeadlineError, HelioscribeError
from helioscribe.domain.serving import USUAL

__all__ = ["Outputs", "Work", "answered"]

Outputs = dict[str, NDArray[Any]]
"""What a graph gives, by name."""

_numbers = count()


def _open() -> asyncio.Future[Outputs]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """One request, or a piece of one; it lives in the loop in which it was made."""

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

    answer: asyncio.Future[Outputs] = field(default_factory=_open)
    """The outputs, or what went wrong; cancelled if nobody wants them any more."""

    @property
    def size(self) -> int:
        """Bytes of the inputs."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    @property
    def kind(self) -> tuple[object, ...]:
        """What works must have in common to run together."""
        return (self.graph, *((name, tensor.dtype, tensor.shape[1:]) for name, tensor in sorted(self.tensors.items())))

    @property
    def late(self) -> bool:
        """Whether the time allowed has run out."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def finish(self, outputs: Outputs) -> None:
        """Give the answer; only the first end counts."""
        if not self.answer.done():
            self.answer.set_result(outputs)

    def fail(self, error: HelioscribeError) -> None:
        """Say what went wrong; only the first end counts."""
        if not self.answer.done():
            self.answer.set_exception(error)


async def answered(works: list[Work], deadline: float | None) -> Outputs:
    """Return the answer to a request that was taken apart.

    Raises
    ------
    DeadlineError
        If there is none by the deadline on the monotonic clock [s].
    HelioscribeError
        What went wrong with one of its pieces; the others are of no use then.
    """
    try:
        async with asyncio.timeout_at(deadline):
            parts = [await work.answer for work in works]
    except TimeoutError:
        raise DeadlineError("the time allowed ran out") from None
    finally:
        for work in works:
            work.answer.cancel()
    return _joined(parts)


def _joined(parts: list[Outputs]) -> Outputs:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
