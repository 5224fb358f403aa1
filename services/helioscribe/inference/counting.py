"""What is counted while a graph serves."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.errors import CancelledError, DeadlineError, HelioscribeError, OverloadedError
from helioscribe.domain.serving import GraphUsage, Tally

__all__ = ["Counted", "GraphCounter", "RunTimes"]

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (OverloadedError, "rejected"),
    (DeadlineError, "expired"),
    (CancelledError, "cancelled"),
    (asyncio.CancelledError, "cancelled"),
)
_STEPS = ("success", "queue", "stacking", "running", "parting")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTimes:
    """How long the steps of one run took [ns]."""

    stacking: int
    """Putting requests together."""

    running: int
    """In the graph."""

    parting: int
    """Taking answers apart."""


@dataclass(slots=True)
class Counted:
    """A request that is being counted."""

    items: int = 0
    """How many it has; 0 without a batch axis."""


@dataclass(slots=True)
class GraphCounter:
    """Counts for one graph; many threads may count."""

    last: int = 0
    items: int = 0
    runs: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _times: Counter[str] = field(default_factory=Counter)
    _batches: Counter[int] = field(default_factory=Counter)
    _batch_times: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ran(self, items: int, waited: list[int], times: RunTimes) -> None:
        """Count a run of the graph for requests that waited so long [ns]."""
        with self._lock:
            self.runs += 1
            self._batches[items] += 1
            self._batch_times[items] += times.running
            self._add("queue", len(waited), sum(waited))
            for name in ("stacking", "running", "parting"):
                self._add(name, len(waited), getattr(times, name) * len(waited))

    @contextmanager
    def request(self) -> Iterator[Counted]:
        """Count a request, which is answered in the block, or fails."""
        counted, begun = Counted(), time.perf_counter_ns()
        try:
            yield counted
        except (HelioscribeError, asyncio.CancelledError) as error:
            self._ended(f"fail {_reason(error)}", 0, begun)
            raise
        self._ended("success", max(1, counted.items), begun)

    def _ended(self, how: str, items: int, begun: int) -> None:
        with self._lock:
            self.last = time.time_ns() // 1_000_000
            self.items += items
            self._add(how, 1, time.perf_counter_ns() - begun)

    def usage(self, **known: Any) -> GraphUsage:
        """Return what was counted, with what else is known."""
        with self._lock:
            told: dict[str, Any] = {name: self._tally(name) for name in _STEPS}
            told["failures"] = {name[5:]: self._tally(name) for name in self._counts if name.startswith("fail ")}
            told["batches"] = {
                items: Tally(count=count, ns=self._batch_times[items]) for items, count in sorted(self._batches.items())
            }
            return GraphUsage(last=self.last, items=self.items, runs=self.runs, **told, **known)

    def _tally(self, name: str) -> Tally:
        return Tally(count=self._counts[name], ns=self._times[name])

    def _add(self, name: str, count: int, ns: int) -> None:
        self._counts[name] += count
        self._times[name] += ns


def _reason(error: BaseException) -> str:
    return next((name for kind, name in _REASONS if isinstance(error, kind)), "other")
