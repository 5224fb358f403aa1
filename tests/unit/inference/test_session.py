"""Graphs and arrays."""

import os
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest

from helioscribe.domain.errors import PluginError, UsageError
from helioscribe.domain.model import TensorSpec
from helioscribe.inference.devices import parse_devices
from helioscribe.inference.session import GraphSession, load_arrays, present, probe
from support.tiny_plugin import model_file, scaling_graph

GRAPH = scaling_graph(3.0)


@pytest.fixture(scope="module")
def session():
    return GraphSession("graph", model_file(GRAPH), GRAPH, threads=1)


def test_a_graph_runs(session):
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert session(x=x)["y"].tolist() == (3 * x).tolist()
    assert session.provider.endswith("ExecutionProvider")


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


def test_a_device_that_is_not_there_is_refused_where_it_was_insisted_on():
    if probe(parse_devices("auto")) != ("CPUExecutionProvider",):
        pytest.skip("there is a GPU")
    with pytest.raises(UsageError, match="cuda:0 was asked for, it runs on CPUExecutionProvider"):
        probe(parse_devices("cuda:0"))
    assert [device.kind for device in present(parse_devices("auto"))] == ["cpu"]


class Session:
    """A session as on a machine with these providers; only its list is not real."""

    asked = None

    def __init__(self, data, options, providers):
        type(self).asked = providers
        self._real = REAL(data, options, providers=["CPUExecutionProvider"])

    def get_providers(self):
        return [one if isinstance(one, str) else one[0] for one in self.asked]

    def __getattr__(self, name):
        return getattr(self._real, name)


REAL = onnxruntime.InferenceSession
CUDA, TENSORRT, CPU = "CUDAExecutionProvider", "TensorrtExecutionProvider", "CPUExecutionProvider"


@pytest.mark.parametrize(
    ("there", "devices", "asked"),
    [
        ([TENSORRT, CUDA, CPU], "tensorrt:1", [TENSORRT, CUDA, CPU]),
        ([CUDA, CPU], "cuda:1", [CUDA, CPU]),
        ([CUDA, CPU], "auto", [CUDA, CPU]),
        ([TENSORRT, CUDA, CPU], "cpu", [CPU]),
    ],
)
def test_what_a_session_is_asked_to_run_on_where_there_is_more(monkeypatch, there, devices, asked):
    """Without a GPU here, only the order of the providers and the device's number can be seen."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    (device,) = parse_devices(devices)
    assert present((device,)) == (device,)
    assert probe((device,)) == (asked[0],)
    given = [one if isinstance(one, tuple) else (one, {}) for one in Session.asked]
    assert [name for name, _ in given] == asked
    assert all(options["device_id"] == str(device.number) for name, options in given if name != CPU)


def test_tensorrt_that_is_not_there_is_not_replaced_by_cuda(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    with pytest.raises(UsageError, match="tensorrt:0 was asked for, it runs on CUDAExecutionProvider"):
        probe(parse_devices("tensorrt"))


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
