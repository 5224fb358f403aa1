"""Graphs that are served to clients: their state, requests to them, and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.detection import Value
from helioscribe.domain.model import TensorSpec

__all__ = ["PRIORITIES", "USUAL", "GraphRequest", "GraphUsage", "ServedGraph", "ServedState", "Tally"]

PRIORITIES, USUAL = 3, 2
"""Number of priority levels, and the usual one. Level 1 is served first; level 3 is for backfills."""


class ServedState(StrEnum):
    """Whether a graph can be used."""

    READY = "READY"
    """It is loaded."""

    LOADING = "LOADING"
    """It is being loaded."""

    UNAVAILABLE = "UNAVAILABLE"
    """It is known but not loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedGraph:
    """One graph of one model version."""

    name: str
    """``detector.graph``, with the graph's name in the manifest; or the detector's id for the whole detector."""

    version: str
    """Version of the model."""

    state: ServedState
    """Whether it can be used."""

    reason: str = ""
    """Why it cannot be used; empty if it can."""

    inputs: tuple[TensorSpec, ...] = ()
    """Its inputs."""

    outputs: tuple[TensorSpec, ...] = ()
    """Its outputs."""

    batch: int = 0
    """Number of items that are run together, measured when it was loaded; 0 if its first axis is not a batch."""

    lanes: int = 0
    """Number of runs at the same time; 0 if it is not loaded."""

    provider: str = ""
    """Provider of ONNX Runtime that runs it, such as ``CPUExecutionProvider``."""

    devices: tuple[int, ...] = ()
    """Numbers of the GPUs that it runs on; empty on the CPU."""

    queue_limit: int = 0
    """Largest number of waiting requests."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphRequest:
    """A request to run a graph."""

    graph: str
    """Name of the graph, ``detector.graph``."""

    tensors: Mapping[str, NDArray[Any]]
    """The inputs, by name."""

    version: str = ""
    """Version of the model, or one of its roles; the champion if empty."""

    outputs: tuple[str, ...] = ()
    """Names of the outputs to return; all if empty."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    """Parameters of a detector; graphs have none."""

    priority: int = USUAL
    """Priority, 1 to `PRIORITIES`."""

    timeout: float | None = None
    """Time after which the request is dropped [s]; None for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something was done, and how long it took in total."""

    count: int = 0
    """Number of times."""

    ns: int = 0
    """Total duration [ns]."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(count=self.count + other.count, ns=self.ns + other.ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphUsage:
    """Statistics of a graph since it was loaded. Durations are those of requests."""

    name: str
    """Name of the graph, ``detector.graph``."""

    version: str
    """Version of the model."""

    last: int = 0
    """Time of the last request [ms since 1970]."""

    items: int = 0
    """Number of items in answered requests."""

    runs: int = 0
    """Number of runs of the graph."""

    waiting: int = 0
    """Number of requests that wait now."""

    memory: int = 0
    """Memory of the process that holds the model [bytes]; 0 if it is the process of the server."""

    success: Tally = field(default_factory=Tally)
    """Requests that were answered, from acceptance to answer."""

    failures: Mapping[str, Tally] = field(default_factory=dict)
    """Requests that failed, by reason: ``rejected``, ``expired``, ``cancelled``, ``crashed`` or ``other``."""

    queue: Tally = field(default_factory=Tally)
    """Time that requests waited."""

    stacking: Tally = field(default_factory=Tally)
    """Time for putting requests together."""

    running: Tally = field(default_factory=Tally)
    """Time in the graph."""

    parting: Tally = field(default_factory=Tally)
    """Time for taking the results apart."""

    batches: Mapping[int, Tally] = field(default_factory=dict)
    """Runs of the graph, by their number of items."""
