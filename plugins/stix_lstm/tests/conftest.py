import os
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file

# Test modules are imported one by one, without their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from stix_lstm_support import PACKAGE

from helioscribe.sdk import parse_manifest
from helioscribe_stix_lstm.detector import create


class ShippedModels:
    """The weights that ship with the plugin."""

    def __init__(self, session):
        self.session = session
        self.names = [output.name for output in session.get_outputs()]

    def __getitem__(self, name):
        assert name == "network"
        return lambda **tensors: dict(zip(self.names, self.session.run(None, tensors), strict=True))

    def arrays(self, name):
        return load_file(PACKAGE / f"weights/{name}.safetensors")


@pytest.fixture(scope="session")
def manifest():
    return parse_manifest((PACKAGE / "detector.toml").read_text())


@pytest.fixture(scope="session")
def models():
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = pytest.importorskip("onnxruntime", reason="running the shipped graph needs onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = str(PACKAGE / "weights/network.onnx")
    return ShippedModels(onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]))


@pytest.fixture(scope="session")
def detect(manifest, models):
    return lambda curve, **changed: create(manifest.resolve_parameters(changed)).detect(curve, models)


@pytest.fixture(scope="session")
def data():
    """Real observations; their place is HELIOSCRIBE_DATA, or beside the repository."""
    place = Path(os.environ.get("HELIOSCRIBE_DATA") or Path(__file__).parents[4] / "shared/data") / "stix_lightcurves"
    if not place.is_dir():
        pytest.skip(f"real STIX data not found at {place}; set HELIOSCRIBE_DATA")
    return place
