import numpy as np
import pytest

from helioscribe.sdk.testing import ShippedModels


@pytest.fixture
def models():
    pytest.importorskip("onnxruntime", reason="running the shipped graphs needs onnxruntime")
    return ShippedModels("jet-rcnn")


@pytest.fixture
def rng():
    return np.random.default_rng(5)
