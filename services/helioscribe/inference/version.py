"""One model version, loaded: its graphs behind a queue, its arrays beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.model import ModelCard, ModelFile
from helioscribe.domain.serving import USUAL, GraphUsage, ServedGraph, ServedState
from helioscribe.domain.times import utc_now
from helioscribe.inference.batching import WorkQueue
from helioscribe.inference.counting import GraphCounter
from helioscribe.inference.lanes import Lanes, Runner
from helioscribe.inference.options import Serving
from helioscribe.inference.quarantine import Quarantine
from helioscribe.inference.session import load_arrays, verified
from helioscribe.inference.tensors import check_tensors, has_batch, pieces
from helioscribe.inference.works import Outputs, Work, answered
from helioscribe.runtime.background import background, wait
from helioscribe.sdk import Model, Models

__all__ = ["LoadedVersion"]

_UNMEASURED = 1024
_MOST_PIECES = 128
_PLAIN = Serving(cores=1)


class LoadedVersion:
    """A model version that serves, as `helioscribe.sdk.Models` and for anybody who asks.

    Parameters
    ----------
    card
        What it is.
    data
        The bytes of its files, by name.
    runner
        Who runs its graphs; None if it has none.
    serving
        How it is held.
    """

    def __init__(self, card: ModelCard, data: Mapping[str, bytes], *, runner: Runner | None, serving: Serving) -> None:
        self.card, self.runner = card, runner
        self._files = {name: file for name, file in card.files.items() if file.format == "onnx"}
        self._arrays = {
            name: load_arrays(name, verified(name, file, data[name]))
            for name, file in card.files.items()
            if file.format != "onnx"
        }
        self._batch = {name: _UNMEASURED if has_batch(file) else 0 for name, file in self._files.items()}
        self._serving, self._queue = serving, WorkQueue(serving.bounds)
        self._counters = {name: GraphCounter() for name in self._files}
        self._quarantine = Quarantine(self._queue, limit=serving.crashes)
        self._lanes = self._start(runner) if runner is not None else None
        self._holders, self._retired, self._holding = 0, False, threading.Lock()

    @classmethod
    def empty(cls, name: str) -> LoadedVersion:
        """Return the model of a detector that has none."""
        card = ModelCard(name=name, version="", files={}, created=utc_now())
        return cls(card, {}, runner=None, serving=_PLAIN)

    def _start(self, runner: Runner) -> Lanes:
        return Lanes(
            runner,
            self._queue,
            self._counters,
            most=lambda graph: self._batch[graph],
            crashed=self._quarantine.crashed,
            slots=self._serving.slots,
        )

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        return self.asked(lambda: None)[name]

    def asked(self, check: Callable[[], None], *, priority: int = USUAL) -> Models:
        """Return the graphs and arrays for one caller; `check` and `priority` as with `infer`."""
        return _Asked(self, check, priority)

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays; they must not be written to."""
        if name not in self._arrays:
            raise NotFoundError(f"no arrays {name!r}; available: {', '.join(self._arrays) or 'none'}")
        return self._arrays[name]

    @property
    def graphs(self) -> Mapping[str, ModelFile]:
        """The graphs, by name."""
        return self._files

    @property
    def providers(self) -> tuple[str, ...]:
        """What really runs the graphs."""
        return tuple(sorted(set(self.runner.providers.values()))) if self.runner else ()

    def set_batch(self, graph: str, items: int) -> None:
        """Say how many items of a graph run together; 0 for one request at a time."""
        self._batch[graph] = items

    def infer(
        self,
        graph: str,
        tensors: Mapping[str, NDArray[Any]],
        *,
        priority: int = USUAL,
        timeout: float | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Outputs:
        """Run a graph; parameters and errors as with `helioscribe.ports.serving.GraphServer.infer`."""
        return wait(self.infer_soon(graph, tensors, priority=priority, timeout=timeout, check=check), check)

    async def infer_soon(
        self,
        graph: str,
        tensors: Mapping[str, NDArray[Any]],
        *,
        priority: int = USUAL,
        timeout: float | None = None,  # noqa: ASYNC109  # the caller's words
        check: Callable[[], None] = lambda: None,
    ) -> Outputs:
        """Run a graph, in the background; parameters and errors as with `infer`."""
        with self._counters[self._known(graph)].request() as counted:
            check()
            counted.items = items = check_tensors(graph, self._files[graph], tensors)
            deadline = None if timeout is None else time.monotonic() + timeout
            works = [
                Work(
                    graph=graph,
                    tensors=piece,
                    items=len(next(iter(piece.values()))) if items else 0,
                    priority=priority,
                    deadline=deadline,
                )
                for piece in pieces(tensors, items, self._piece(graph, tensors, items))
            ]
            self._quarantine.check(works)
            self._queue.put(works)
            return await answered(works, deadline)

    def _piece(self, graph: str, tensors: Mapping[str, NDArray[Any]], items: int) -> int:
        # As many items as run best together; more where that would make too many pieces, if memory allows.
        best = self._batch[graph]
        if items <= best or not best:
            return max(1, items)
        size = sum(tensor.nbytes for tensor in tensors.values()) // items
        return max(best, min(-(-items // _MOST_PIECES), self._serving.bounds.batch_bytes // max(1, size)))

    def served(self, graph: str) -> ServedGraph:
        """Say what a graph is and how it is held."""
        file, runner = self._file(graph), self.runner
        assert runner is not None
        return ServedGraph(
            name=f"{self.card.name}.{graph}",
            version=self.card.version,
            state=ServedState.READY,
            inputs=file.inputs,
            outputs=file.outputs,
            batch=self._batch[graph],
            lanes=len(runner.lanes),
            provider=runner.providers[graph],
            devices=tuple(dict.fromkeys(device.number for device in runner.lanes if device.gpu)),
            queue_limit=self._serving.bounds.requests,
        )

    def usage(self, graph: str) -> GraphUsage:
        """Return what was counted."""
        counter, memory = self._counters[self._known(graph)], self.runner.memory() if self.runner else 0
        return counter.usage(
            name=f"{self.card.name}.{graph}", version=self.card.version, waiting=len(self._queue), memory=memory
        )

    def hold(self) -> bool:
        """Keep it loaded until `release`; return False if it is retired already."""
        with self._holding:
            self._holders += not self._retired
            return not self._retired

    def release(self) -> None:
        """End a `hold`; the last one closes what was retired meanwhile."""
        with self._holding:
            self._holders -= 1
            last = self._retired and not self._holders
        if last:
            self.close()

    def retire(self) -> None:
        """Close it as soon as nobody holds it."""
        with self._holding:
            self._retired = True
            free = not self._holders
        if free:
            self.close()

    def close(self) -> None:
        """Answer what waits, take nothing more, and let go of the memory."""
        background().call_soon_threadsafe(self._queue.close)
        if self._lanes is not None:
            self._lanes.join()
        if self.runner is not None:
            self.runner.close()
        self._arrays.clear()

    def _file(self, name: str) -> ModelFile:
        return self._files[self._known(name)]

    def _known(self, name: str) -> str:
        if name not in self._files:
            raise NotFoundError(f"no graph {name!r}; available: {', '.join(self._files) or 'none'}")
        return name


@dataclass(frozen=True, slots=True)
class _Asked:
    version: LoadedVersion
    check: Callable[[], None]
    priority: int

    def __getitem__(self, name: str) -> Model:
        self.version._known(name)  # noqa: SLF001  # a part of it
        return _Graph(self, name)

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        return self.version.arrays(name)


@dataclass(frozen=True, slots=True)
class _Graph:
    asked: _Asked
    name: str

    def __call__(self, **tensors: NDArray[Any]) -> Outputs:
        given = {name: np.asarray(tensor) for name, tensor in tensors.items()}
        return self.asked.version.infer(self.name, given, priority=self.asked.priority, check=self.asked.check)
