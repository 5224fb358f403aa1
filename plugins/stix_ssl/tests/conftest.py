from pathlib import Path

import pytest

import helioscribe_stix_ssl
from helioscribe.sdk import parse_manifest
from helioscribe.sdk.testing import ShippedModels
from helioscribe_stix_ssl.detector import create

PACKAGE = Path(helioscribe_stix_ssl.__file__).parent


@pytest.fixture(scope="session")
def manifest():
    return parse_manifest((PACKAGE / "detector.toml").read_text())


@pytest.fixture(scope="session")
def models():
    pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    return ShippedModels("stix-ssl")


@pytest.fixture(scope="session")
def detect(manifest, models):
    return lambda image, **changed: create(manifest.resolve_parameters(changed)).detect(image, models)
