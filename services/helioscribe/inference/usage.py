"""What was counted of served graphs as metrics, under the names that Triton gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from helioscribe.domain.serving import GraphUsage
from helioscribe.ports.serving import GraphServer

__all__ = ["UsageCollector"]

# Triton's counters do not end in `_total`, so they are not declared as counters here: a client would rename them.
_COUNTED: tuple[tuple[str, str, Callable[[GraphUsage], float]], ...] = (
    ("request_success", "Requests that were answered", lambda used: used.success.count),
    ("count", "Items of requests that were answered", lambda used: used.items),
    ("exec_count", "Runs of the graph; fewer than items where requests were put together", lambda used: used.runs),
    ("request_duration_us", "Time from acceptance to answer", lambda used: used.success.ns / 1000),
    ("queue_duration_us", "Time that requests waited", lambda used: used.queue.ns / 1000),
    ("compute_input_duration_us", "Time to put requests together", lambda used: used.stacking.ns / 1000),
    ("compute_infer_duration_us", "Time in the graph", lambda used: used.running.ns / 1000),
    ("compute_output_duration_us", "Time to take answers apart", lambda used: used.parting.ns / 1000),
    ("pending_request_count", "Requests that wait now", lambda used: used.waiting),
)


class UsageCollector(Collector):
    """Shows what a graph server has counted.

    Parameters
    ----------
    graphs
        The server.
    """

    def __init__(self, graphs: GraphServer) -> None:
        self._graphs = graphs

    def collect(self) -> Iterator[Metric]:
        """Yield every counter with its model and version."""
        used = self._graphs.usage()
        for name, text, value in _COUNTED:
            metric = Metric(f"nv_inference_{name}", text, "unknown")
            for one in used:
                metric.add_sample(metric.name, {"model": one.name, "version": one.version}, value(one))
            yield metric
        failures = Metric("nv_inference_request_failure", "Requests that were not answered, by reason", "unknown")
        for one in used:
            for reason, tally in one.failures.items():
                labels = {"model": one.name, "version": one.version, "reason": reason.upper()}
                failures.add_sample(failures.name, labels, tally.count)
        yield failures
        memory = Metric("helioscribe_model_memory_bytes", "Memory of the process that holds a model", "gauge")
        for one in used:
            memory.add_sample(memory.name, {"model": one.name, "version": one.version}, one.memory)
        yield memory
