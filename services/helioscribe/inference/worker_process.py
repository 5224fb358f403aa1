"""A model version in a process of its own: what crashes it crashes nothing else, and its end gives the memory back."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import PluginError, rebuild
from helioscribe.domain.model import ModelFile
from helioscribe.inference.devices import Device
from helioscribe.inference.frames import Message, receive, receive_soon, send, send_soon

__all__ = ["WorkerProcess"]

_log = logging.getLogger(__name__)
_FAREWELL = 5.0
_MODULE = "helioscribe.inference.worker"
_SCHEDULED = 2  # the kind of a process' CPU clock, as the kernel numbers them


@dataclass(slots=True)
class _Process:
    """One life of the process."""

    child: subprocess.Popen[bytes]
    lanes: tuple[socket.socket, ...]
    providers: Mapping[str, str] = field(default_factory=dict)
    given_up: bool = False

    @property
    def alive(self) -> bool:
        return not self.given_up and self.child.poll() is None

    def hang_up(self) -> None:
        """Let it end; every lane notices."""
        self.given_up = True
        for lane in self.lanes:
            with suppress(OSError):
                lane.shutdown(socket.SHUT_RDWR)

    def bury(self) -> None:
        """Wait for its end."""
        try:
            self.child.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def close(self) -> None:
        """Let go of the lanes, once none waits for it."""
        for lane in self.lanes:
            lane.close()


class WorkerProcess:
    """Runs graphs in another process, which is started again when it dies.

    Parameters
    ----------
    files
        The graphs, by name.
    read
        Gets their bytes, whenever the process starts.
    lanes
        Where each lane runs.
    threads
        CPU threads of one run; 0 for one a core.
    run_limit
        A run that takes longer hangs, and the process is killed [s].

    Raises
    ------
    PluginError
        If the graphs cannot be loaded.
    UsageError
        If they do not come to run on a device that was insisted on.
    """

    def __init__(
        self,
        files: Mapping[str, ModelFile],
        read: Callable[[], Mapping[str, bytes]],
        *,
        lanes: tuple[Device, ...],
        threads: int,
        run_limit: float,
    ) -> None:
        self.lanes = lanes
        self._files, self._read, self._threads, self._run_limit = files, read, threads, run_limit
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
        self._process = self._start()

    @property
    def providers(self) -> Mapping[str, str]:
        """What really runs each graph."""
        return self._process.providers

    @property
    def pid(self) -> int:
        """Number of the process now."""
        return self._process.child.pid

    async def run(self, lane: int, graph: str, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run a graph. Raises `ConnectionError` if the process dies or hangs under it."""
        process = self._process
        if not process.alive:
            process = await asyncio.get_running_loop().run_in_executor(self._starter, self._living)
        try:
            async with asyncio.timeout(self._run_limit):
                await send_soon(process.lanes[lane], {"graph": graph}, tensors)
                return _sound(await receive_soon(process.lanes[lane]))[1]
        except OSError as error:
            _log.error("the process of %s died under graph %s: %s", ", ".join(self._files), graph, error)
            await self._lost(process)
            raise ConnectionResetError(f"graph {graph}: its process died") from error

    async def _lost(self, process: _Process) -> None:
        process.child.kill()
        process.hang_up()
        await asyncio.get_running_loop().run_in_executor(self._starter, process.bury)
        process.close()  # now all lanes have noticed

    def clock(self) -> float:
        """Return the core time of the process [s]: others who interrupt a run do not make it longer.

        Where a GPU does the work, or the system does not tell, it is the time of day.
        """
        if sys.platform != "linux" or self.lanes[0].gpu:
            return time.perf_counter()
        return time.clock_gettime((~self.pid << 3) | _SCHEDULED)

    def memory(self) -> int:
        """Return the bytes that the process holds; 0 where the system does not tell."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the process."""
        self._starter.shutdown()
        self._process.hang_up()
        self._process.bury()
        self._process.close()

    def _living(self) -> _Process:
        if not self._process.alive:
            self._process = self._start()
        return self._process

    def _start(self) -> _Process:
        process = self._spawn()
        wish = {
            "files": {name: asdict(file) for name, file in self._files.items()},
            "lanes": [asdict(device) for device in self.lanes],
            "threads": self._threads,
        }
        weights = {name: np.frombuffer(data, np.uint8) for name, data in self._read().items() if name in self._files}
        try:
            send(process.lanes[0], wish, weights)
            process.providers = _sound(receive(process.lanes[0]))[0]["providers"]
        except BaseException as error:
            process.child.kill()
            process.bury()
            process.close()
            if not isinstance(error, OSError):
                raise
            told = f"graphs {', '.join(self._files)}: their process died while it loaded them"
            raise PluginError.wrap(error, doing=told) from error
        for lane in process.lanes:
            lane.setblocking(False)
        return process

    def _spawn(self) -> _Process:
        pairs = [socket.socketpair() for _ in self.lanes]
        ours, theirs = tuple(pair[0] for pair in pairs), [pair[1] for pair in pairs]
        numbers = [str(sock.fileno()) for sock in theirs]
        words = [sys.executable, "-m", _MODULE, *numbers]
        child = subprocess.Popen(words, pass_fds=[sock.fileno() for sock in theirs])  # noqa: S603  # our own module
        for sock in theirs:
            sock.close()
        for sock in ours:
            sock.settimeout(self._run_limit)
        return _Process(child, ours)


def _sound(message: Message) -> Message:
    """Return an answer. Raises the error that it tells of."""
    if "code" in message[0]:
        raise rebuild(message[0]["code"], message[0]["message"])
    return message
