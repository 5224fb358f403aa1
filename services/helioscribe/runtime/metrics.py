"""Metrics of a process for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from helioscribe.domain.job import Job
from helioscribe.domain.times import utc_now

__all__ = ["Metrics", "exposition", "metrics"]

_SECONDS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        self._watched: dict[str, Collector] = {}
        self.jobs = Counter("helioscribe_jobs_total", "Attempts at jobs.", ("kind", "outcome"), registry=own)
        """Labels: kind, and outcome (done, retried, failed, cancelled or lost)."""
        self.running = Gauge("helioscribe_jobs_running", "Jobs that are being done now.", ("kind",), registry=own)
        self.job_seconds = _histogram(own, "job_duration", "How long an attempt at a job took.", "kind")
        self.wait_seconds = _histogram(own, "job_wait", "How long a job waited for its first attempt.", "kind")
        self.calls = Counter("helioscribe_calls_total", "gRPC calls.", ("method", "code"), registry=own)
        """Labels: full name of the method, and code of the error or ``ok``."""
        self.call_seconds = _histogram(own, "call_duration", "How long a gRPC call took.", "method")

    def watch(self, name: str, collector: Collector) -> None:
        """Add a collector, which is asked at every read; it replaces an earlier one of the same name."""
        if earlier := self._watched.pop(name, None):
            self.registry.unregister(earlier)
        self.registry.register(collector)
        self._watched[name] = collector

    @contextmanager
    def attempt(self, job: Job) -> Iterator[None]:
        """Measure an attempt at a job, and at the first one the time that it had waited."""
        kind = job.kind.value
        if job.attempts == 1 and job.created is not None:
            self.wait_seconds.labels(kind).observe(max(0.0, (utc_now() - job.created).total_seconds()))
        with self.running.labels(kind).track_inprogress(), self.job_seconds.labels(kind).time():
            yield


def _histogram(registry: CollectorRegistry, name: str, text: str, label: str) -> Histogram:
    return Histogram(f"helioscribe_{name}_seconds", text, (label,), buckets=_SECONDS, registry=registry)


@cache
def metrics() -> Metrics:
    """Return the metrics of this process."""
    return Metrics()


def exposition() -> bytes:
    """Return all metrics of this process in Prometheus' text format."""
    return generate_latest(metrics().registry)
