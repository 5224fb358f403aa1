"""Runs the models in a plugin's package, for tests without a host."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors.numpy import load_file

from helioscribe.domain.errors import NotFoundError
from helioscribe.sdk.detector import Model
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["ShippedModels"]


class ShippedModels:
    """The models in a plugin's package, to be given to `Detector.detect`. Needs ONNX Runtime; uses one core.

    Unlike the host, it neither checks nor batches the tensors. `asked` counts for each graph how many items it was
    given, by the length of the first axis of its first input.

    Parameters
    ----------
    name
        Id of an installed detector.

    Raises
    ------
    NotFoundError
        If no such plugin is installed, or its manifest cannot be read.
    """

    def __init__(self, name: str) -> None:
        plugin = find_plugin(name)
        if plugin.manifest is None or plugin.root is None:
            raise NotFoundError(f"{name}: {plugin.error}")
        self.manifest: DetectorManifest = plugin.manifest
        self.asked: Counter[str] = Counter()
        self._root = plugin.root

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        session = self.session(name)
        outputs = [node.name for node in session.get_outputs()]

        def run(**tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
            self.asked[name] += len(next(iter(tensors.values())))
            return dict(zip(outputs, session.run(None, tensors), strict=True))

        return run

    def session(self, name: str) -> Any:
        """Return the ``onnxruntime.InferenceSession`` of a graph."""
        return _session(self._path(name, "onnx"))

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays."""
        return _arrays(self._path(name, "safetensors"))

    def _path(self, name: str, form: str) -> Path:
        spec = self.manifest.models.get(name)
        if spec is None or spec.format != form:
            raise NotFoundError(f"{self.manifest.id} has no model {name!r} of format {form}")
        return self._root / spec.file


@cache
def _session(path: Path) -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = load_file(path)
    return arrays
