import pytest

from helioscribe.sdk.testing import ShippedModels


@pytest.fixture(scope="session")
def models():
    pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    return ShippedModels("ar-detectnet")
