"""The fronts of a server: started with it, started again when they die, and gone with it."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from helioscribe.domain.errors import UnavailableError
from helioscribe.runtime.background import background, wait
from helioscribe.runtime.fronts.link import Answer, Link
from helioscribe.runtime.fronts.wire import Order, Wire, connect

__all__ = ["Fleet", "reserve"]

_log = logging.getLogger(__name__)
_MODULE = "helioscribe.runtime.fronts.front"
_PAUSE = 0.2
_PATIENCE = 5.0


def reserve(address: str) -> socket.socket:
    """Return a socket that holds an address which others may share; it listens to nothing.

    Raises
    ------
    OSError
        If it is taken.
    """
    host, _, port = address.rpartition(":")
    family, kind, protocol, _, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with _bound(family, kind, protocol, where, socket.SO_REUSEADDR) as alone:
                where = alone.getsockname()  # nobody else's: sharing is for our fronts
            return _bound(family, kind, protocol, where, socket.SO_REUSEPORT)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)  # the fronts of a server that was killed need a moment to notice


def _bound(family: int, kind: int, protocol: int, where: Any, option: int) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
        sock.bind(where)
    except OSError:
        sock.close()
        raise
    return sock


@dataclass(frozen=True, slots=True)
class _Front:
    """One life of a front."""

    child: asyncio.subprocess.Process
    wire: Wire

    async def end(self) -> None:
        self.wire.close()  # it ends when nobody is behind it
        await self.child.wait()


class Fleet:
    """Processes that take calls at one address.

    Parameters
    ----------
    count
        How many.
    order
        What each is told.
    answer
        Answers the direct calls, in the background.

    Raises
    ------
    UnavailableError
        If one does not start.
    """

    def __init__(self, count: int, order: Order, answer: Answer) -> None:
        self._order, self._answer = order, answer
        self._fronts: set[_Front] = set()
        self._stopped = False
        try:
            first = wait(self._open_all(count))
        except UnavailableError:
            self.stop(0.0)
            raise
        for front in first:
            asyncio.run_coroutine_threadsafe(self._keep(front), background())

    def stop(self, grace: float) -> None:
        """Take no more calls, and let running ones end within `grace` seconds."""
        wait(self._stop(grace))

    async def _stop(self, grace: float) -> None:
        self._stopped = True
        for front in self._fronts:
            front.wire.send({"stop": grace})
        await asyncio.gather(*(front.child.wait() for front in self._fronts))

    async def _open_all(self, count: int) -> list[_Front]:
        found = await asyncio.gather(*(self._open() for _ in range(count)), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return list(self._fronts)

    async def _open(self) -> _Front:
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-m", _MODULE, str(theirs.fileno())]
        with theirs:
            child = await asyncio.create_subprocess_exec(*words, pass_fds=[theirs.fileno()])
        front = _Front(child, await connect(ours))
        front.wire.send(asdict(self._order))
        told, _ = await front.wire.receive() or ({"error": "it died"}, b"")
        if "error" in told:
            await front.end()
            raise UnavailableError(f"a process that takes calls did not start: {told['error']}")
        self._fronts.add(front)
        return front

    async def _keep(self, front: _Front) -> None:
        while not self._stopped:
            await Link(front.wire, self._answer).serve()
            await front.end()
            self._fronts.discard(front)
            front = await self._again() or front

    async def _again(self) -> _Front | None:
        while not self._stopped:
            _log.error("a process that takes calls died; it is started again")
            try:
                return await self._open()
            except UnavailableError:
                await asyncio.sleep(_PAUSE)
        return None
