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
_START, _AGAIN = 60.0, 1.0


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

    @classmethod
    async def start(cls) -> _Front:
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-m", _MODULE, str(theirs.fileno())]
        with theirs:
            try:
                child = await asyncio.create_subprocess_exec(*words, pass_fds=[theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return cls(child, await connect(ours))

    async def order(self, order: Order) -> str:
        """Say what to do, and return what is in the way; nothing if all is well."""
        self.wire.send(asdict(order))
        try:
            async with asyncio.timeout(_START):
                told, _ = await self.wire.receive() or ({"error": "it died"}, b"")
        except TimeoutError:
            return f"it said nothing for {_START:.0f} s"
        return str(told.get("error", ""))

    async def stop(self, grace: float) -> None:
        """Take no more calls, and let running ones end within `grace` seconds."""
        self.wire.send({"stop": grace})
        await self._gone(grace + _PATIENCE)

    async def end(self) -> None:
        self.wire.close()  # it ends when nobody is behind it
        await self._gone(_PATIENCE)

    async def _gone(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self.child.wait()
        except TimeoutError:
            _log.error("a process that takes calls does not end; it is killed")
            self.child.kill()
            await self.child.wait()


class Fleet:
    """Processes that take calls at one address.

    Parameters
    ----------
    count
        Number of processes.
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
        await asyncio.gather(*(front.stop(grace) for front in self._fronts))

    async def _open_all(self, count: int) -> list[_Front]:
        found = await asyncio.gather(*(self._open() for _ in range(count)), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return list(self._fronts)

    async def _open(self) -> _Front:
        try:
            front = await _Front.start()
        except OSError as error:
            raise UnavailableError.wrap(error, doing="starting a process that takes calls") from error
        wrong = await front.order(self._order)
        if wrong or self._stopped:
            await front.end()
            raise UnavailableError(f"a process that takes calls did not start: {wrong or 'the server ends'}")
        self._fronts.add(front)
        return front

    async def _keep(self, front: _Front) -> None:
        while not self._stopped:
            try:
                await Link(front.wire, self._answer).serve()
            except Exception:  # noqa: BLE001  # nobody would hear of it, and calls would wait forever
                _log.exception("a process that takes calls is given up")
            await front.end()
            self._fronts.discard(front)
            front = await self._again() or front

    async def _again(self) -> _Front | None:
        while not self._stopped:
            _log.error("a process that takes calls died; it is started again")
            try:
                return await self._open()
            except UnavailableError as error:
                _log.error("%s", error.message)
                await asyncio.sleep(_AGAIN)
        return None
