import os
from pathlib import Path

import pytest
from safetensors.numpy import load_file

import helioscribe_stix_ssl
from helioscribe.sdk import parse_manifest
from helioscribe_stix_ssl.detector import create

PACKAGE = Path(helioscribe_stix_ssl.__file__).parent


class ShippedModels:
    """The weights that ship with the plugin."""

    def __init__(self, session):
        self.session = session
        self.fitted = load_file(PACKAGE / "weights/transforms.safetensors")

    def __getitem__(self, name):
        assert name == "encoder"
        return lambda image: {"embedding": self.session.run(None, {"image": image})[0]}

    def arrays(self, name):
        assert name == "transforms"
        return self.fitted


@pytest.fixture(scope="session")
def manifest():
    return parse_manifest((PACKAGE / "detector.toml").read_text())


@pytest.fixture(scope="session")
def models():
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = pytest.importorskip("onnxruntime", reason="running the shipped graph needs onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = str(PACKAGE / "weights/encoder.onnx")
    return ShippedModels(onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]))


@pytest.fixture(scope="session")
def detect(manifest, models):
    return lambda image, **changed: create(manifest.resolve_parameters(changed)).detect(image, models)
