"""The graphs of a model version, in this process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.model import ModelFile
from helioscribe.inference.devices import Device
from helioscribe.inference.session import GraphSession

__all__ = ["LocalRunner"]


class LocalRunner:
    """Runs graphs in the threads that call.

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

    def clock(self) -> float:
        """Return the time by which runs are measured [s]."""
        return time.perf_counter()

    def memory(self) -> int:
        """Return 0: the model shares this process's memory with everything else."""
        return 0

    def close(self) -> None:
        """Let go of the sessions."""
        self._sessions.clear()
