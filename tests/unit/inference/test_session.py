"""Graphs and arrays."""

import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save

from helioscribe.domain.errors import InvalidInputError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.inference.session import GraphSession, LoadedModels, load_arrays
from support.tiny_plugin import model_file, scaling_graph

GRAPH = scaling_graph(3.0)


@pytest.fixture(scope="module")
def session():
    return GraphSession("graph", model_file(GRAPH), GRAPH, threads=1)


def test_a_graph_runs(session):
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert session(x=x)["y"].tolist() == (3 * x).tolist()
    assert session.provider.endswith("ExecutionProvider")


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({}, r"expected inputs \['x'\], got \[\]"),
        ({"z": np.zeros((1, 2), np.float32)}, r"got \['z'\]"),
        ({"x": np.zeros((1, 2))}, r"expected x as float32 \(n, 2\), got float64 \(1, 2\)"),
        ({"x": np.zeros((1, 3), np.float32)}, r"got float32 \(1, 3\)"),
        ({"x": np.zeros(2, np.float32)}, r"got float32 \(2\)"),
    ],
)
def test_wrong_tensors_are_refused_before_they_run(session, tensors, message):
    with pytest.raises(InvalidInputError, match=message):
        session(**tensors)


def test_other_bytes_than_announced_are_not_loaded():
    with pytest.raises(PluginError, match="expected sha256"):
        GraphSession("graph", model_file(GRAPH), scaling_graph(4.0), threads=1)


def test_rubbish_is_no_graph():
    with pytest.raises(PluginError, match="not an ONNX graph") as caught:
        GraphSession("graph", model_file(b"rubbish"), b"rubbish", threads=1)
    assert "\n" not in caught.value.message


def test_a_graph_that_is_not_what_the_card_says_is_refused():
    other = model_file(GRAPH, inputs=(TensorSpec(name="x", dtype="float64", shape=("n", 2)),))
    with pytest.raises(PluginError, match="expected inputs x float64 of 2 axes, it has x float32"):
        GraphSession("graph", other, GRAPH, threads=1)


def test_arrays_cannot_be_written_to():
    data = save({"a": np.arange(3.0)})
    file = ModelFile(key="models/a", sha256=digest(data), format="safetensors")
    models = LoadedModels({"arrays": file}, {"arrays": data}, threads=1)
    with pytest.raises(ValueError, match="read-only"):
        models.arrays("arrays")["a"][0] = 1
    with pytest.raises(NotFoundError, match="no graph 'x'; there is: none"):
        models["x"]
    with pytest.raises(NotFoundError, match="no arrays 'x'; there is: arrays"):
        models.arrays("x")


def test_rubbish_is_no_arrays():
    with pytest.raises(PluginError, match="not a safetensors file"):
        load_arrays("x", b"rubbish")


def test_the_runtime_is_told_not_to_report_before_it_is_imported():
    code = (
        "import builtins, os, sys\n"
        "from helioscribe.inference.session import _runtime\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "real, seen = builtins.__import__, []\n"
        "def watch(name, *rest):\n"
        "    if name == 'onnxruntime' and not seen: seen.append(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "    return real(name, *rest)\n"
        "builtins.__import__ = watch\n"
        "_runtime()\n"
        "print(seen)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "ORT_DISABLE_TELEMETRY")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['1']"
