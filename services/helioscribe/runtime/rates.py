"""No caller may keep all others waiting: a rate for each."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Rate"]

_BURST = 4.0  # [s]
_CALLERS = 10_000
"""Callers that are remembered; whoever came longest ago is forgotten, and has a full bucket again."""


class Rate:
    """How often each caller may come: a bucket that fills at a rate, and that each request empties a little.

    Parameters
    ----------
    rate
        Requests a second in the long run.
    burst
        Requests at once.
    clock
        Gives the time [s].
    """

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, rate: float) -> Rate | None:
        """Return a rate [1/s] as an operator sets it, with four seconds' worth of requests at once; None for 0."""
        return cls(rate, max(1.0, rate * _BURST)) if rate > 0 else None

    def wait(self, caller: str) -> float:
        """Return how long a caller should wait before this request [s]; 0 if it may pass, which is then counted."""
        with self._lock:
            now = self._clock()
            left, before = self._buckets.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - before) * self._rate)
            passes = left >= 1
            self._buckets[caller] = (left - 1 if passes else left, now)
            if len(self._buckets) > _CALLERS:
                self._buckets.popitem(last=False)
            return 0.0 if passes else (1 - left) / self._rate
