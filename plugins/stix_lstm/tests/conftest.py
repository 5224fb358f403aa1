import os
import sys
from pathlib import Path

import pytest

from helioscribe.sdk.testing import ShippedModels

# Test modules are imported one by one, without their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from stix_lstm_support import PACKAGE

from helioscribe.sdk import parse_manifest
from helioscribe_stix_lstm.detector import create


@pytest.fixture(scope="session")
def manifest():
    return parse_manifest((PACKAGE / "detector.toml").read_text())


@pytest.fixture(scope="session")
def models():
    pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    return ShippedModels("stix-lstm")


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
