"""Requests that wait for a lane: by urgency, within bounds, and those alike together."""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import DeadlineError, HelioscribeError, OverloadedError, UnavailableError
from helioscribe.domain.serving import USUAL

__all__ = ["Bounds", "Work", "WorkQueue"]

_LOOK_EVERY = 0.1
_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may wait, and what may run together."""

    requests: int = 256
    """Most requests that wait."""

    waiting_bytes: int = 512 << 20
    """Most bytes of those."""

    batch_bytes: int = 64 << 20
    """Most bytes of the inputs of one run of several requests."""


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

    outputs: dict[str, NDArray[Any]] | None = None
    """The answer."""

    error: HelioscribeError | None = None
    """What went wrong."""

    _ended: threading.Event = field(default_factory=threading.Event)
    _tell: Callable[[], object] = lambda: None

    @property
    def size(self) -> int:
        """Bytes of the inputs."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    @property
    def kind(self) -> tuple[object, ...]:
        """What works must have in common to run together."""
        return (self.graph, *((name, tensor.dtype, tensor.shape[1:]) for name, tensor in sorted(self.tensors.items())))

    @property
    def ended(self) -> bool:
        """Whether there is an answer or an error."""
        return self._ended.is_set()

    def finish(self, outputs: dict[str, NDArray[Any]] | None = None, error: HelioscribeError | None = None) -> None:
        """End it; only the first end counts."""
        if not self.ended:
            self.outputs, self.error = outputs, error
            self._ended.set()
            self._tell()

    def then(self, tell: Callable[[], object]) -> None:
        """Call this at the end, from whatever thread ends it; at once if it has ended."""
        self._tell = tell
        if self.ended:
            tell()

    def answer(self) -> dict[str, NDArray[Any]]:
        """Return the answer of a work that has ended. Raises what went wrong."""
        if self.error is not None:
            raise self.error
        assert self.outputs is not None
        return self.outputs

    def wait(self, check: Callable[[], None]) -> dict[str, NDArray[Any]]:
        """Wait for the end and return the answer.

        Raises
        ------
        HelioscribeError
            What went wrong, or what `check` raises; then the work is not done if it did not begin yet.
        """
        while not self._ended.wait(self._patience()):
            self._give_up_late()
            try:
                check()
            except HelioscribeError as error:
                self.finish(error=error)
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


class WorkQueue:
    """What waits for the lanes of one model version.

    Parameters
    ----------
    bounds
        Of what waits and runs together.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._waiting: list[tuple[int, int, Work]] = []
        self._bytes = 0
        self._closed = False
        self._idle = 0
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, works: list[Work], *, again: bool = False) -> None:
        """Add works that belong together, all or none.

        Parameters
        ----------
        works
            What waits from now on.
        again
            Whether they were accepted before; then nothing bounds them.

        Raises
        ------
        OverloadedError
            If too much waits already.
        UnavailableError
            If no lane takes anything any more.
        """
        size = sum(work.size for work in works)
        with self._changed:
            if self._closed:
                raise UnavailableError("this version of the model is being unloaded")
            if not again and not self._room(size):
                self._first()  # drops what is late or given up
                self._check_room(size)
            for work in works:
                insort(self._waiting, (work.priority, work.number, work))
            self._bytes += size
            self._changed.notify(len(works))

    def wait(self) -> bool:
        """Wait until there is something to take; return whether there will ever be."""
        with self._changed:
            self._idle += 1
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._idle -= 1
            return bool(self._waiting)

    def take(self, most: Callable[[str], int]) -> list[Work]:
        """Take works that can run together, the most urgent first; none if other lanes were quicker.

        While other lanes have nothing to do, what waits is shared with them.

        Parameters
        ----------
        most
            Tells how many items of a graph may run together.
        """
        with self._changed:
            first = self._first()
            if first is None:
                return []
            batch = [first]
            if first.items and not first.alone:
                self._gather(batch, min(most(first.graph), self._share()))
            for work in batch:
                self._waiting.remove((work.priority, work.number, work))
                self._bytes -= work.size
            return batch

    def close(self) -> None:
        """Accept nothing more; what waits is still taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drain(self) -> list[Work]:
        """Take everything out."""
        with self._changed:
            works = [work for _, _, work in self._waiting]
            self._waiting.clear()
            self._bytes = 0
            return works

    def _room(self, size: int) -> bool:
        full = len(self._waiting) >= self._bounds.requests
        return not full and (not self._waiting or self._bytes + size <= self._bounds.waiting_bytes)

    def _check_room(self, size: int) -> None:
        if not self._room(size):
            text = f"{len(self._waiting)} requests with {self._bytes >> 20} MiB wait already; try again later"
            raise OverloadedError(text)

    def _first(self) -> Work | None:
        alive = []
        for entry in self._waiting:
            work = entry[2]
            if work.late:
                work.finish(error=DeadlineError("the time allowed ran out before it was run"))
            if work.ended:
                self._bytes -= work.size
            else:
                alive.append(entry)
        self._waiting = alive
        return alive[0][2] if alive else None

    def _share(self) -> int:
        return -(-sum(work.items for _, _, work in self._waiting) // (self._idle + 1))

    def _gather(self, batch: list[Work], most: int) -> None:
        items, size, kind = batch[0].items, batch[0].size, batch[0].kind
        for _, _, work in self._waiting[1:]:
            if items >= most:
                return
            fits = items + work.items <= most and size + work.size <= self._bounds.batch_bytes
            if fits and work.items and not work.alone and work.kind == kind:
                batch.append(work)
                items, size = items + work.items, size + work.size
