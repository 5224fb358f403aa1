"""Counts of jobs, failures and coverage as Prometheus metrics, renewed at most twice a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from helioscribe.domain.errors import HelioscribeError
from helioscribe.ports.census import Census, CensusTaker

__all__ = ["CensusCollector"]

_log = logging.getLogger(__name__)
_FRESH = 30.0


class CensusCollector(Collector):
    """Exports the census of the platform. If the database does not answer, it exports nothing rather than old numbers.

    Parameters
    ----------
    taker
        Counts in the database.
    """

    def __init__(self, taker: CensusTaker) -> None:
        self._taker, self._lock = taker, threading.Lock()
        self._taken: Census | None = None
        self._at = float("-inf")

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        with self._lock:
            if time.monotonic() - self._at > _FRESH:
                self._taken, self._at = self._take(), time.monotonic()
            taken = self._taken
        if taken is None:
            return
        jobs = (((kind.value, state.value), number) for (kind, state), number in taken.jobs.items())
        yield _gauge("jobs", "Jobs that wait, run, or have failed for good.", ("kind", "state"), jobs)
        waiting = (((kind.value,), age) for kind, age in taken.waiting.items())
        yield _gauge("queue_age_seconds", "How long the oldest waiting job has waited.", ("kind",), waiting)
        lag = (((detector,), age) for detector, age in taken.coverage_lag.items())
        yield _gauge("coverage_lag_seconds", "Time since the end of the newest covered span.", ("detector",), lag)
        failures = (((stage,), number) for stage, number in taken.failures.items())
        yield _gauge("failures", "Entries of the failure ledger.", ("stage",), failures)
        pending = [((), taken.pending)]
        yield _gauge("pending_detections", "Detections that no association has looked at yet.", (), pending)

    def _take(self) -> Census | None:
        try:
            return self._taker.take()
        except HelioscribeError as error:
            _log.warning("census: %s", error.message)
            return None


def _gauge(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[Sequence[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"helioscribe_{name}", text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
