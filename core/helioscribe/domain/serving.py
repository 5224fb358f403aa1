"""Graphs as they are served to anybody: requests, answers, and what was counted on the way."""

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
"""Levels of urgency: 1 goes first, 3 is for backfills; requests have `USUAL` unless they say otherwise."""


class ServedState(StrEnum):
    """Whether a graph can be asked."""

    READY = "READY"
    """Loaded and warm."""

    LOADING = "LOADING"
    """On its way."""

    UNAVAILABLE = "UNAVAILABLE"
    """Known, and not loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedGraph:
    """One graph of one model version, named ``detector.graph``."""

    name: str
    """Id of the detector, a dot, and the graph's name in its manifest; the id alone for the detector as a whole."""

    version: str
    """Of the model."""

    state: ServedState
    """Whether it can be asked."""

    reason: str = ""
    """Why it cannot."""

    inputs: tuple[TensorSpec, ...] = ()
    """What it takes."""

    outputs: tuple[TensorSpec, ...] = ()
    """What it gives."""

    batch: int = 0
    """Items that are run together, as measured when it was loaded; 0 if its first axis is no batch."""

    lanes: int = 0
    """Runs at the same time; 0 if it is not loaded."""

    provider: str = ""
    """What really runs it, such as ``CPUExecutionProvider``."""

    devices: tuple[int, ...] = ()
    """Numbers of its GPUs; empty on the CPU."""

    queue_limit: int = 0
    """Requests that may wait."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphRequest:
    """A question to a graph."""

    graph: str
    """``detector.graph``."""

    tensors: Mapping[str, NDArray[Any]]
    """Inputs by name."""

    version: str = ""
    """Of the model, or one of its roles; who serves by default."""

    outputs: tuple[str, ...] = ()
    """Those that are wanted; all by default."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    """Of a detector; graphs have none."""

    priority: int = USUAL
    """1 to `PRIORITIES`."""

    timeout: float | None = None
    """After this time the answer is not wanted any more [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often, and how long together."""

    count: int = 0
    """Times."""

    ns: int = 0
    """Time together [ns]."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(count=self.count + other.count, ns=self.ns + other.ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphUsage:
    """What was counted since a graph was loaded. Times are those of requests."""

    name: str
    """``detector.graph``."""

    version: str
    """Of the model."""

    last: int = 0
    """When it was asked last [ms since 1970]."""

    items: int = 0
    """Items of requests that were answered."""

    runs: int = 0
    """Runs of the graph."""

    waiting: int = 0
    """Requests in the queue now."""

    memory: int = 0
    """Bytes of the process that holds the model; 0 if it is this one."""

    success: Tally = field(default_factory=Tally)
    """From acceptance to answer."""

    failures: Mapping[str, Tally] = field(default_factory=dict)
    """By reason: ``rejected``, ``expired``, ``cancelled``, ``crashed``, ``other``."""

    queue: Tally = field(default_factory=Tally)
    """Waiting."""

    stacking: Tally = field(default_factory=Tally)
    """Putting requests together."""

    running: Tally = field(default_factory=Tally)
    """In the graph."""

    parting: Tally = field(default_factory=Tally)
    """Taking answers apart."""

    batches: Mapping[int, Tally] = field(default_factory=dict)
    """Runs by their number of items."""
