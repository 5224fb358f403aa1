"""Requests that wait for a lane: by urgency, within bounds, and those alike together."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass

from helioscribe.domain.errors import DeadlineError, OverloadedError, UnavailableError
from helioscribe.inference.works import Work

__all__ = ["Bounds", "WorkQueue"]

_TURNS = 2  # of the loop: one reads, one takes what was read apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may wait, and what may run together."""

    requests: int = 256
    """Most requests that wait."""

    waiting_bytes: int = 512 << 20
    """Most bytes of those."""

    batch_bytes: int = 64 << 20
    """Most bytes of the inputs of one run of several requests."""


class WorkQueue:
    """What waits for the lanes of one model version; all in one event loop.

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
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, works: list[Work], *, again: bool = False) -> None:
        """Add works that belong together, all or none.

        Parameters
        ----------
        works
            What waits from now on.
        again
            Whether they were accepted before; then nothing keeps them out.

        Raises
        ------
        OverloadedError
            If too much waits already.
        UnavailableError
            If no lane takes anything any more.
        """
        size = sum(work.size for work in works)
        if not again:
            self._check_open()
            self._check_room(size)
        for work in works:
            insort(self._waiting, (work.priority, work.number, work))
        self._bytes += size
        self._news.set()

    async def wait(self) -> bool:
        """Wait until there is something to take; return whether there will ever be."""
        while not self._waiting and not self._closed:
            self._news.clear()
            await self._news.wait()
            for _ in range(_TURNS):
                await asyncio.sleep(0)  # whatever came along is read first
        return bool(self._waiting)

    def take(self, most: Callable[[str], int]) -> list[Work]:
        """Take works that can run together, the most urgent first; none if other lanes were quicker.

        Parameters
        ----------
        most
            Tells how many items of a graph may run together.
        """
        first = self._first()
        if first is None:
            return []
        batch = [first]
        if first.items and not first.alone:
            self._gather(batch, most(first.graph))
        for work in batch:
            self._waiting.remove((work.priority, work.number, work))
            self._bytes -= work.size
        return batch

    def close(self) -> None:
        """Accept nothing more; what waits is still taken."""
        self._closed = True
        self._news.set()

    def _room(self, size: int) -> bool:
        full = len(self._waiting) >= self._bounds.requests
        return not full and (not self._waiting or self._bytes + size <= self._bounds.waiting_bytes)

    def _check_open(self) -> None:
        if self._closed:
            raise UnavailableError("this version of the model is being unloaded")

    def _check_room(self, size: int) -> None:
        if not self._room(size):
            self._first()  # drops what is late or given up
        if not self._room(size):
            text = f"{len(self._waiting)} requests with {self._bytes >> 20} MiB wait already; try again later"
            raise OverloadedError(text)

    def _first(self) -> Work | None:
        alive = []
        for entry in self._waiting:
            work = entry[2]
            if work.late:
                work.fail(DeadlineError("the time allowed ran out before it was run"))
            if work.answer.done():
                self._bytes -= work.size
            else:
                alive.append(entry)
        self._waiting = alive
        return alive[0][2] if alive else None

    def _gather(self, batch: list[Work], most: int) -> None:
        items, size, kind = batch[0].items, batch[0].size, batch[0].kind
        for _, _, work in self._waiting[1:]:
            if items >= most:
                return
            fits = items + work.items <= most and size + work.size <= self._bounds.batch_bytes
            if fits and work.items and not work.alone and work.kind == kind:
                batch.append(work)
                items, size = items + work.items, size + work.size
