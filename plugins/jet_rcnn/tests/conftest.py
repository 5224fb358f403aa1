import os
from pathlib import Path

import numpy as np
import pytest

import helioscribe_jet_rcnn

PACKAGE = Path(helioscribe_jet_rcnn.__file__).parent


class ShippedModels:
    """The weights that ship with the plugin; counts what the graphs were asked."""

    def __init__(self, sessions, arrays):
        self.sessions, self._arrays, self.asked = sessions, arrays, {}

    def __getitem__(self, name):
        session = self.sessions[name]
        names = [output.name for output in session.get_outputs()]

        def run(**tensors):
            self.asked[name] = self.asked.get(name, 0) + len(next(iter(tensors.values())))
            return dict(zip(names, session.run(None, tensors), strict=True))

        return run

    def arrays(self, name):
        return self._arrays[name]


@pytest.fixture(scope="session")
def sessions():
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return {
        name: onnxruntime.InferenceSession(str(PACKAGE / f"weights/{name}.onnx"), options, providers=["CPUExecutionProvider"])
        for name in ("encoder", "head")
    }


@pytest.fixture
def models(sessions):
    from safetensors.numpy import load_file

    return ShippedModels(sessions, {"input": load_file(PACKAGE / "weights/input.safetensors")})


@pytest.fixture
def rng():
    return np.random.default_rng(5)
