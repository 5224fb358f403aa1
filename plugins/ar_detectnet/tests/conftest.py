import os
from pathlib import Path

import pytest

import helioscribe_ar_detectnet

PACKAGE = Path(helioscribe_ar_detectnet.__file__).parent


class ShippedModels:
    """The weights that ship with the plugin."""

    def __init__(self, sessions):
        self.sessions = sessions

    def __getitem__(self, name):
        session = self.sessions[name]
        names = [output.name for output in session.get_outputs()]
        return lambda **tensors: dict(zip(names, session.run(None, tensors), strict=True))


@pytest.fixture(scope="session")
def models():
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return ShippedModels({
        name: onnxruntime.InferenceSession(str(PACKAGE / f"weights/{name}.onnx"), options, providers=["CPUExecutionProvider"])
        for name in ("detector", "classifier")
    })
