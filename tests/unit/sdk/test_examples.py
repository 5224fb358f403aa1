"""The examples in the documentation of the SDK run as they stand."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from helioscribe.sdk.testing import synthetic_image


@pytest.mark.parametrize(
    "module", ["domain.batches", "domain.detection", "domain.members", "sdk.coverage", "sdk.detector", "sdk.matching"]
)
def test_examples_run_as_they_stand(module):
    done = doctest.testmod(import_module(f"helioscribe.{module}"))
    assert done.attempted > 0
    assert done.failed == 0


def test_the_detector_of_the_guide_works():
    guide = Path(__file__).parents[3] / "docs" / "plugins.md"
    code = guide.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    names = {}
    exec(code, names)
    (found,) = names["create"]({"level": 500.0}).detect(synthetic_image(region=(300.0, 250.0)), None).detections
    assert (found.position.tx, found.position.ty) == pytest.approx((300, 250), abs=40)
