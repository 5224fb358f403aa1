"""What is counted while a graph serves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.errors import CancelledError, DeadlineError, HelioscribeError, OverloadedError
from helioscribe.domain.serving import GraphUsage, Tally

__all__ = ["GraphCounter", "RunTimes"]

_REASONS: tuple[tuple[type[HelioscribeError], str], ...] = (
    (OverloadedError, "rejected"),
    (DeadlineError, "expired"),
    (CancelledError, "cancelled"),
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

    def answered(self, items: int, took: int) -> None:
        """Count a request that was answered after `took` ns."""
        with self._lock:
            self.last = time.time_ns() // 1_000_000
            self.items += items
            self._add("success", 1, took)

    def failed(self, error: HelioscribeError, took: int) -> None:
        """Count a request that was not."""
        reason = next((name for kind, name in _REASONS if isinstance(error, kind)), "other")
        with self._lock:
            self.last = time.time_ns() // 1_000_000
            self._add(f"fail {reason}", 1, took)

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
