"""Lanes take works from a queue, run them together, and hand out the answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import HelioscribeError, InternalError, PluginError
from helioscribe.inference.batching import WorkQueue
from helioscribe.inference.counting import GraphCounter, RunTimes
from helioscribe.inference.devices import Device
from helioscribe.inference.works import Outputs, Work
from helioscribe.runtime.background import background

__all__ = ["Lanes", "Runner"]

_log = logging.getLogger(__name__)


class Runner(Protocol):
    """Runs the graphs of one model version, one at a time in each lane."""

    @property
    def lanes(self) -> Sequence[Device]:
        """Where each lane runs."""

    @property
    def providers(self) -> Mapping[str, str]:
        """What really runs each graph."""

    async def run(self, lane: int, graph: str, tensors: Mapping[str, NDArray[Any]]) -> Outputs:
        """Run a graph. Raises `ConnectionError` if its process died under it."""

    def clock(self) -> float:
        """Return the time by which runs are measured [s]."""

    def memory(self) -> int:
        """Return the bytes of the process that holds the model; 0 if it is this one."""

    def close(self) -> None:
        """Let go of the model."""


class Lanes:
    """The lanes of one model version, as coroutines in the background.

    Parameters
    ----------
    runner
        Who runs the graphs.
    queue
        Where works come from.
    counters
        Of every graph.
    most
        Tells how many items of a graph run together.
    crashed
        Told of works whose process died.
    slots
        Held by a lane of the CPU while it runs: the lanes of all models share the cores.
    """

    def __init__(
        self,
        runner: Runner,
        queue: WorkQueue,
        counters: Mapping[str, GraphCounter],
        *,
        most: Callable[[str], int],
        crashed: Callable[[list[Work]], None],
        slots: AbstractAsyncContextManager[object],
    ) -> None:
        self._runner, self._queue, self._counters, self._most, self._crashed = runner, queue, counters, most, crashed
        self._running = [
            asyncio.run_coroutine_threadsafe(self._serve(lane, nullcontext() if device.gpu else slots), background())
            for lane, device in enumerate(runner.lanes)
        ]

    def join(self) -> None:
        """Wait until a closed queue is empty and all its answers are given."""
        for lane in self._running:
            lane.result()

    async def _serve(self, lane: int, slots: AbstractAsyncContextManager[object]) -> None:
        while await self._queue.wait():
            async with slots:
                batch = self._queue.take(self._most)
                if batch:
                    await self._run(lane, batch)

    async def _run(self, lane: int, batch: list[Work]) -> None:
        try:
            await self._answer(lane, batch)
        except ConnectionError:
            self._crashed(batch)
        except HelioscribeError as error:
            self._fail(batch, error)
        except Exception as error:  # noqa: BLE001  # a lane must go on, and every work must end
            _log.exception("graph %s broke its lane", batch[0].graph)
            self._fail(batch, InternalError.wrap(error, doing=f"graph {batch[0].graph}"))

    def _fail(self, batch: list[Work], error: HelioscribeError) -> None:
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for work in batch:  # nobody pays for a neighbour
            work.alone = True
        self._queue.put(batch, again=True)

    async def _answer(self, lane: int, batch: list[Work]) -> None:
        begun = time.perf_counter_ns()
        waited = [begun - work.since for work in batch]
        tensors = _stacked(batch)
        stacked = time.perf_counter_ns()
        outputs = await self._runner.run(lane, batch[0].graph, tensors)
        ran = time.perf_counter_ns()
        parts = _parted(outputs, batch)
        parted = time.perf_counter_ns()
        times = RunTimes(stacking=stacked - begun, running=ran - stacked, parting=parted - ran)
        self._counters[batch[0].graph].ran(sum(work.items for work in batch), waited, times)
        for work, part in zip(batch, parts, strict=True):
            work.finish(part)


def _stacked(batch: list[Work]) -> Mapping[str, NDArray[Any]]:
    if len(batch) == 1:
        return batch[0].tensors
    return {name: np.concatenate([work.tensors[name] for work in batch]) for name in batch[0].tensors}


def _parted(outputs: Outputs, batch: list[Work]) -> list[Outputs]:
    if len(batch) == 1:
        return [outputs]
    items = sum(work.items for work in batch)
    for name, values in outputs.items():
        if len(values) != items:
            raise PluginError(f"output {name} has {len(values)} items for {items} of the input")
    cuts = np.cumsum([work.items for work in batch])[:-1]
    parts = {name: np.split(values, cuts) for name, values in outputs.items()}
    return [{name: values[index] for name, values in parts.items()} for index in range(len(batch))]
