"""The graphs of a model version, in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.model import ModelFile
from helioscribe.inference.devices import Device
from helioscribe.inference.session import GraphSession

__all__ = ["LocalRunner", "Sessions"]


class Sessions:
    """The sessions of the graphs, which run in the threads that call.

    Parameters
    ----------
    files
        The graphs, by name.
    data
        Their bytes.
    lanes
        Where each lane runs.
    threads
        CPU threads of one run; 0 for one a core.
    """

    def __init__(
        self, files: Mapping[str, ModelFile], data: Mapping[str, bytes], *, lanes: tuple[Device, ...], threads: int
    ) -> None:
        self.lanes = lanes
        self._sessions = {
            device: {
                name: GraphSession(name, file, data[name], threads=threads, device=device, spinning=len(lanes) == 1)
                for name, file in files.items()
            }
            for device in dict.fromkeys(lanes)
        }
        self.providers = {name: session.provider for name, session in self._sessions[lanes[0]].items()}

    def run(self, lane: int, graph: str, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run a graph."""
        return self._sessions[self.lanes[lane]][graph](**tensors)


class LocalRunner:
    """Runs graphs in threads of this process.

    Parameters
    ----------
    sessions
        Of the graphs.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.lanes, self.providers = sessions.lanes, sessions.providers
        self._run = sessions.run
        self._threads = ThreadPoolExecutor(len(self.lanes), thread_name_prefix="graph")

    async def run(self, lane: int, graph: str, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run a graph."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, lane, graph, tensors)

    def clock(self) -> float:
        """Return the time by which runs are measured [s]."""
        return time.perf_counter()

    def memory(self) -> int:
        """Return 0: the model shares this process's memory with everything else."""
        return 0

    def close(self) -> None:
        """Let go of the sessions."""
        self._threads.shutdown()
        del self._run
