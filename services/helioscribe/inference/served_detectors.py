"""Whole detectors beside their graphs, for any client of the protocol: observation ids in, detections out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, Value
from helioscribe.domain.errors import DeadlineError, InvalidInputError, NotFoundError
from helioscribe.domain.model import TensorSpec
from helioscribe.domain.serving import GraphRequest, GraphUsage, ServedGraph, ServedState
from helioscribe.domain.times import format_utc
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.hosted import HostedResult
from helioscribe.inference.repository import GraphRepository
from helioscribe.sdk.manifest import ParameterSpec

__all__ = ["ServedDetectors"]

_INPUT, _OUTPUT = "observation", "detections"
_MOST = 64
_LONGEST_ID = 200


class ServedDetectors:
    """Graphs, and each detector under its own id: it takes ids of observations and gives its detections as JSON.

    Nothing is recorded; parameters of a request are the detector's.

    Parameters
    ----------
    graphs
        The graphs.
    handlers
        Who runs detectors.
    """

    def __init__(self, graphs: GraphRepository, handlers: InferenceHandlers) -> None:
        self._graphs, self._handlers = graphs, handlers

    def ready(self) -> bool:
        """Whether what should serve from the start does."""
        return self._graphs.ready()

    def graphs(self) -> list[ServedGraph]:
        """Return every graph of every version, and every detector that can run."""
        return self._graphs.graphs() + [_served(one.id, one.version) for one in self._handlers.host.manifests()]

    def graph(self, name: str, version: str = "") -> ServedGraph:
        """Return one."""
        return self._graphs.graph(name, version) if "." in name else self._detector(name, version)

    def load(self, name: str, version: str = "") -> None:
        """Load the model version of a graph; detectors have nothing to load."""
        if "." in name:
            self._graphs.load(name, version)
        else:
            self._detector(name, version)

    def unload(self, name: str, version: str = "") -> None:
        """Let go of a graph's model. Raises `InvalidInputError` for a detector."""
        if "." not in name:
            self._detector(name, version)
            raise InvalidInputError(f"{name} is a detector; unload one of its graphs, or uninstall its plugin")
        self._graphs.unload(name, version)

    def infer(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Run a graph, or a detector on each of some observations."""
        if "." in request.graph:
            return self._graphs.infer(request, check=check)
        served = self._detector(request.graph, request.version)
        if set(request.outputs) - {_OUTPUT}:
            raise NotFoundError(f"detector {request.graph} has one output, {_OUTPUT}")
        end = None if request.timeout is None else time.monotonic() + request.timeout

        def look_up() -> None:
            check()
            if end is not None and time.monotonic() >= end:
                raise DeadlineError("the time allowed ran out")

        found = [self._look(request, one, look_up) for one in _ids(request.tensors)]
        return served.version, {_OUTPUT: np.array([*found, None], dtype=object)[:-1]}

    async def infer_soon(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Do as `infer`, without a thread that waits for a graph."""
        if "." in request.graph:
            return await self._graphs.infer_soon(request, check=check)
        return await asyncio.to_thread(partial(self.infer, request, check=check))

    def usage(self, name: str = "", version: str = "") -> list[GraphUsage]:
        """Return what was counted for graphs."""
        if name and "." not in name:
            self._detector(name, version)
            return []
        return self._graphs.usage(name, version)

    def _detector(self, name: str, version: str) -> ServedGraph:
        manifest = self._handlers.host.manifest(name)
        if version not in ("", manifest.version):
            raise NotFoundError(f"no version {version[:40]!r} of {name}; there is {manifest.version}")
        return _served(name, manifest.version)

    def _look(self, request: GraphRequest, observation_id: str, check: Callable[[], None]) -> bytes:
        settings = _settings(request.parameters, self._handlers.host.manifest(request.graph).parameters)
        hosted = self._handlers.look(observation_id, request.graph, settings, check=check, priority=request.priority)
        return json.dumps([_told(one, hosted) for one in hosted.result.detections]).encode()


def _served(name: str, version: str) -> ServedGraph:
    return ServedGraph(
        name=name,
        version=version,
        state=ServedState.READY,
        inputs=(TensorSpec(name=_INPUT, dtype="object", shape=("batch",)),),
        outputs=(TensorSpec(name=_OUTPUT, dtype="object", shape=("batch",)),),
        batch=1,
        lanes=1,
    )


def _ids(tensors: Mapping[str, NDArray[Any]]) -> list[str]:
    ids = tensors.get(_INPUT)
    if set(tensors) != {_INPUT} or ids is None or ids.dtype != object or ids.ndim != 1 or len(ids) > _MOST:
        raise InvalidInputError(f"expected {_INPUT} as BYTES of up to {_MOST} ids of observations")
    found = [one.decode("utf-8", "replace") for one in ids]
    if any(len(one) > _LONGEST_ID for one in found):
        raise InvalidInputError(f"{_INPUT}: an id is longer than {_LONGEST_ID} letters")
    return found


def _settings(given: Mapping[str, Value], known: Mapping[str, ParameterSpec]) -> dict[str, Value]:
    """Return the settings of a request, numbers that come as text as numbers: Triton's client can send no float."""
    floats = {name for name, spec in known.items() if spec.type == "float"}
    return {name: _number(value) if name in floats else value for name, value in given.items()}


def _number(value: Value) -> Value:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value  # the manifest says what was expected


def _told(found: Detection, hosted: HostedResult) -> dict[str, Any]:
    told: dict[str, Any] = {
        "event_type": found.event_type,
        "start": format_utc(found.time_range.start),
        "end": format_utc(found.time_range.end),
        "peak": format_utc(found.peak_time) if found.peak_time else None,
        "probability": found.probability,
        "position": [found.position.tx, found.position.ty] if found.position else None,
        "measurements": dict(found.measurements),
        "method_id": hosted.method.id,
    }
    if found.box:
        corners = (found.box.lower_left, found.box.upper_right)
        told["box"] = [value for corner in corners for value in (corner.tx, corner.ty)]
    return told
