"""The server's side of a front: calls come in through a socket, and are answered as gRPC would have them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from helioscribe.runtime.fronts.wire import Wire

__all__ = ["Answer", "Call", "Link"]


class Call:
    """As much of a gRPC call as a handler of one message needs to know of it."""

    def __init__(self, left: float | None) -> None:
        self._until = None if left is None else time.monotonic() + left
        self.gone = False
        self.end: dict[str, Any] = {}

    def is_active(self) -> bool:
        """Whether somebody waits for the answer."""
        return not self.gone and (self._until is None or time.monotonic() < self._until)

    def time_remaining(self) -> float | None:
        """Return what is left until the deadline [s]."""
        return None if self._until is None else self._until - time.monotonic()

    def set_trailing_metadata(self, trailers: Any) -> None:
        """Say something at the end."""
        self.end["trailers"] = tuple(trailers)

    def abort(self, code: Any, text: str) -> None:
        """End with an error."""
        self.end |= {"status": code.value[0], "text": text}


Answer = Callable[[str, Mapping[str, Any], memoryview, Call], Awaitable[bytes]]
"""Answers a call of a method with this metadata; one that it aborts may raise anything."""


class Link:
    """One front, for as long as it lives.

    Parameters
    ----------
    wire
        To it.
    answer
        Answers its calls.
    """

    def __init__(self, wire: Wire, answer: Answer) -> None:
        self._wire, self._answer = wire, answer
        self._calls: dict[int, tuple[Call, asyncio.Task[None]]] = {}

    async def serve(self) -> None:
        """Take calls until the front ends."""
        while message := await self._wire.receive():
            header, body = message
            if "gone" in header:
                self._give_up(header["gone"])
            else:
                call = Call(header["left"])
                task = asyncio.create_task(self._run(header, body, call))
                self._calls[header["call"]] = (call, task)
        for number in tuple(self._calls):
            self._give_up(number)

    def _give_up(self, number: int) -> None:
        call, task = self._calls.get(number, (None, None))
        if call is not None and task is not None:
            call.gone = True
            task.cancel()

    async def _run(self, header: Mapping[str, Any], body: memoryview, call: Call) -> None:
        answer = b""
        try:
            answer = await self._answer(header["method"], dict(header["metadata"]), body, call)
        except Exception:
            if "status" not in call.end:
                raise
        finally:
            del self._calls[header["call"]]
        self._wire.send({"call": header["call"], **call.end}, answer)
