"""Limits how often each caller may call."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Rate"]

_BURST = 4.0  # [s]
_CALLERS = 10_000
"""Largest number of callers that are remembered. The one who called longest ago is forgotten first."""


class Rate:
    """A rate limit for each caller, by a token bucket.

    Parameters
    ----------
    rate
        Requests per second in the long run.
    burst
        Largest number of requests at once.
    clock
        Returns the time [s].
    """

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, rate: float) -> Rate | None:
        """Return a limit [1/s] that allows the requests of four seconds at once; None if the rate is 0."""
        return cls(rate, max(1.0, rate * _BURST)) if rate > 0 else None

    def wait(self, caller: str) -> float:
        """Count a request and return 0, or return how long the caller has to wait before it [s]."""
        with self._lock:
            now = self._clock()
            left, before = self._buckets.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - before) * self._rate)
            passes = left >= 1
            self._buckets[caller] = (left - 1 if passes else left, now)
            if len(self._buckets) > _CALLERS:
                self._buckets.popitem(last=False)
            return 0.0 if passes else (1 - left) / self._rate
