"""What a graph does best, measured when it is loaded: one run to warm it, and how many items to run together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.model import ModelFile
from helioscribe.inference.lanes import Runner
from helioscribe.inference.tensors import example_tensors, has_batch
from helioscribe.inference.version import LoadedVersion
from helioscribe.runtime.background import wait

__all__ = ["best_batch", "warm_up"]

_log = logging.getLogger(__name__)
_SIZES = (1, 2, 4, 8, 16, 32, 64)
_BUDGET = 1.0
_ROUNDS = 7
_NEARLY = 0.95
_BYTES = 64 << 20
# How far an answer may move when neighbours join, relative to the largest output: rounding, no more.
_SAME = 1e-4

Run = Callable[[Mapping[str, NDArray[Any]]], dict[str, NDArray[Any]]]


def warm_up(version: LoadedVersion, lengths: Mapping[str, Mapping[str, int]], *, measured: bool) -> None:
    """Run every graph once in every lane, and measure how many of its items run best together.

    Parameters
    ----------
    version
        What was loaded.
    lengths
        Usual lengths of free axes, by graph.
    measured
        Whether to measure; without, a graph is run for the first time when it is needed.
    """
    runner = version.runner
    if runner is None or not measured:
        return
    for name, file in version.graphs.items():
        usual = lengths.get(name, {})
        for lane in range(len(runner.lanes)):
            wait(runner.run(lane, name, example_tensors(file, usual, 1)))
        if has_batch(file):
            batch = best_batch(file, usual, partial(_run, runner, name), clock=runner.clock)
            version.set_batch(name, batch)
            _log.info("graph %s.%s runs %s items together", version.card.name, name, batch or "no")


def _run(runner: Runner, graph: str, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return wait(runner.run(0, graph, tensors))


def best_batch(
    file: ModelFile, lengths: Mapping[str, int], run: Run, *, clock: Callable[[], float] = time.perf_counter
) -> int:
    """Return the smallest number of items that runs at nearly the best rate; 0 if neighbours change an answer.

    Parameters
    ----------
    file
        The graph; it has a batch axis.
    lengths
        Usual lengths of its other free axes.
    run
        Runs it.
    clock
        By which runs are measured [s].
    """
    if not _independent(file, lengths, run):
        return 0
    found = _rates({items: example_tensors(file, lengths, items) for items in _SIZES}, run, clock)
    return min(items for items, rate in found.items() if rate >= _NEARLY * max(found.values()))


def _rates(
    examples: Mapping[int, Mapping[str, NDArray[Any]]], run: Run, clock: Callable[[], float]
) -> dict[int, float]:
    """Return items a second by the number of items, in turns so that all see the same disturbances."""
    quickest: dict[int, float] = {}
    until = clock() + _BUDGET
    for _ in range(_ROUNDS):
        for items, tensors in examples.items():
            if quickest and (clock() > until or _too_large(items, tensors, quickest)):
                break
            begun = clock()
            run(tensors)
            quickest[items] = min(quickest.get(items, np.inf), clock() - begun)
    return {items: items / seconds for items, seconds in quickest.items()}


def _too_large(items: int, tensors: Mapping[str, NDArray[Any]], quickest: Mapping[int, float]) -> bool:
    expected = items * min(seconds / count for count, seconds in quickest.items())
    return expected > _BUDGET / 4 or sum(tensor.nbytes for tensor in tensors.values()) > _BYTES


def _independent(file: ModelFile, lengths: Mapping[str, int], run: Run) -> bool:
    one, other = (example_tensors(file, lengths, 1, seed=seed) for seed in (1, 2))
    alone = run(one)
    together = run({name: np.concatenate([one[name], other[name]]) for name in one})
    for name, values in alone.items():
        found = together[name]
        if len(found) != 2 or not np.allclose(found[:1], values, rtol=0, atol=_SAME * _largest(values), equal_nan=True):
            return False
    return True


def _largest(values: NDArray[Any]) -> float:
    return float(np.max(np.abs(np.nan_to_num(values)), initial=1e-6))
