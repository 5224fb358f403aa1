"""Graphs to be measured: those that ship with detectors, or any ONNX file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec

SHIPPED = {
    "stix-lstm": ("helioscribe_stix_lstm", "weights/network.onnx"),
    "stix-ssl": ("helioscribe_stix_ssl", "weights/encoder.onnx"),
    "ar-classifier": ("helioscribe_ar_detectnet", "weights/classifier.onnx"),
    "ar-detector": ("helioscribe_ar_detectnet", "weights/detector.onnx"),
}
LENGTHS = {"time": 30}


def paths(words: list[str]) -> dict[str, Path]:
    """Return files by name: ``NAME=FILE`` as it is, ``NAME`` from its plugin."""
    found = {}
    for word in words:
        name, _, path = word.partition("=")
        package, file = SHIPPED.get(name, ("", ""))
        found[name] = Path(path) if path else Path(str(files(package))) / file
    return found


def session(data: bytes, threads: int, *, spinning: bool = True) -> Any:
    """Return a plain session."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def read_graph(data: bytes) -> ModelFile:
    """Return what a graph takes and gives; its first axis is the batch."""
    opened = session(data, 1)

    def spec(node: Any) -> TensorSpec:
        dtype = {"tensor(float)": "float32", "tensor(float16)": "float16"}[node.type]
        shape = tuple(axis if isinstance(axis, int) else str(axis) for axis in node.shape)
        return TensorSpec(name=node.name, dtype=dtype, shape=("batch", *shape[1:]))

    return ModelFile(
        key=f"models/{digest(data)}.onnx",
        sha256=digest(data),
        format="onnx",
        inputs=tuple(spec(node) for node in opened.get_inputs()),
        outputs=tuple(spec(node) for node in opened.get_outputs()),
    )


def example(file: ModelFile, items: int) -> Mapping[str, np.ndarray]:
    """Return noise of the right shape."""
    noise = np.random.default_rng(0)
    return {
        spec.name: noise.standard_normal(
            (items, *(axis if isinstance(axis, int) else LENGTHS.get(axis, 30) for axis in spec.shape[1:]))
        ).astype(spec.dtype)
        for spec in file.inputs
    }
