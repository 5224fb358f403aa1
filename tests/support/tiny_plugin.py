"""A detector of one graph, ``y = scale * x``, whose package is made in a folder and imported for real."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import utc_now
from helioscribe.sdk import parse_manifest
from helioscribe.sdk.discovery import Plugin, PluginState

__all__ = ["forget", "make_curve", "make_plugin", "model_file", "scaling_graph"]

_MANIFEST = """
schema_version = 1
id = "tiny"
version = "1.2.3"
api = ">=1,<2"
title = "Everything above a level"
event_types = ["FL"]
entry = "{package}.detector:create"
outputs = "{package}.outputs:write"
model_version = "1"

[input]
product = "light_curve"
instruments = ["STIX"]

[method]
name = "Tiny"
institute = "Tests"
contact = "tests"
url = "https://example.org"

[models.graph]
file = "graph.onnx"
sha256 = "{sha256}"
inputs = [{{ name = "x", dtype = "float32", shape = ["n", 2] }}]
outputs = [{{ name = "y", dtype = "float32", shape = ["n", 2] }}]

[parameters.level]
type = "float"
default = 100.0
minimum = 0.0
description = "what must be exceeded"

[parameters.label]
type = "str"
default = "quiet"
description = "something to pass on"
"""

_CODE = """
    from helioscribe.domain.coverage import CoverageState, CoveredSpan
    from helioscribe.domain.detection import Detection, DetectionResult
    from helioscribe.domain.times import from_datetime64, TimeRange


    class Tiny:
        def __init__(self, parameters):
            self.parameters = parameters

        def detect(self, product, models):
            scaled = models["graph"](x=product.counts[:, :2].astype("float32"))["y"][:, 0]
            above = (scaled > self.parameters["level"]).nonzero()[0]
            covered = (CoveredSpan(time_range=product.time_range, state=CoverageState.PROCESSED),)
            if not len(above):
                return DetectionResult(covered=covered)
            first, last = (from_datetime64(product.times[i]) for i in (above[0], above[-1]))
            found = Detection(
                event_type="FL",
                time_range=TimeRange(start=first, end=last),
                peak_time=from_datetime64(product.times[scaled.argmax()]),
                measurements={"hs_peak": float(scaled.max()), "hs_label": self.parameters["label"]},
            )
            return DetectionResult(detections=(found,), covered=covered)


    def create(parameters):
        return Tiny(parameters)
"""


_OUTPUTS = """
    from PIL import Image


    def write(product, result, folder, *, stem, formats, dpi):
        paths = [folder / f"{stem}.{form}" for form in formats]
        for path in paths:
            if path.suffix == ".csv":
                path.write_text(f"{len(result.detections)}")
            else:
                Image.new("RGB", (dpi, 30), (len(result.detections) * 200, 0, 0)).save(path)
        return paths
"""


def scaling_graph(scale: float) -> bytes:
    """Return the ONNX graph ``y = scale * x`` for x of shape (n, 2)."""
    shape = ["n", 2]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "scale"], ["y"])],
        "scaling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.float32(scale).reshape(()), "scale")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def model_file(data: bytes, **changes: Any) -> ModelFile:
    """Return what the registry knows of such a graph."""
    values: dict[str, Any] = {
        "key": f"models/{digest(data)}.onnx",
        "sha256": digest(data),
        "format": "onnx",
        "inputs": (TensorSpec(name="x", dtype="float32", shape=("n", 2)),),
        "outputs": (TensorSpec(name="y", dtype="float32", shape=("n", 2)),),
    }
    return ModelFile(**values | changes)


def make_plugin(folder: Path, package: str, *, code: str = _CODE, scale: float = 1.0) -> Plugin:
    """Write a package into a folder of `sys.path` and return it as discovery would."""
    root = folder / package
    root.mkdir(parents=True)
    graph = scaling_graph(scale)
    (root / "__init__.py").write_text("")
    (root / "detector.py").write_text(textwrap.dedent(code))
    (root / "outputs.py").write_text(textwrap.dedent(_OUTPUTS))
    (root / "graph.onnx").write_bytes(graph)
    text = _MANIFEST.format(package=package, sha256=digest(graph))
    (root / "detector.toml").write_text(text)
    return Plugin(
        name="tiny",
        distribution=package,
        version="1.2.3",
        manifest=parse_manifest(text),
        state=PluginState.COMPATIBLE,
        since=utc_now(),
        root=root,
    )


def forget(package: str) -> None:
    """Undo the import of a package."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def make_curve(**changes: Any) -> LightCurve:
    """Twenty samples whose tenth has 500 counts."""
    n = 20
    counts = np.full((n, 5), 10.0)
    counts[10] = 500.0
    values: dict[str, Any] = {
        "observatory": "Solar Orbiter",
        "instrument": "STIX",
        "times": np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        "exposure": np.full(n, 4.0),
        "counts": counts,
        "errors": np.sqrt(counts),
        "energies": np.array([(4, 10), (10, 15), (15, 25), (25, 50), (50, 84)], float),
        "live_fraction": np.ones(n),
        "attenuator": np.zeros(n, np.uint8),
        "good": np.ones(n, bool),
        "light_travel_time": 338.4,
    }
    return LightCurve(**values | changes)
