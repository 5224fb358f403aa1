"""A version that does worse on the fixed benchmark is not promoted."""

import json

import pytest

from helioscribe.domain.errors import PermanentError
from helioscribe.embedded import gates
from helioscribe.embedded.platform import Embedded
from support.factories import make_card


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    figures = {"1": 0.8, "2": 0.9, "3": 0.7}
    monkeypatch.setattr(
        gates, "measured", lambda embedded, name, version, benchmark: {"day": {"f1": figures[version]}}
    )  # an evaluation with real weights takes minutes; the way to it is tested with the detectors
    with Embedded(tmp_path / "home", work=False) as platform:
        for version in figures:
            platform.platform.models.register(make_card(version, name="tiny"))
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "labels.json").write_text(json.dumps({"flares": 3}))
        yield platform


def test_the_gate_lets_through_what_is_no_worse(embedded, tmp_path):
    assert gates.pass_gate(embedded, "tiny", "1") == "", "nobody serves yet"
    embedded.platform.models.promote("tiny", "1", by="test")
    assert gates.pass_gate(embedded, "tiny", "3") == "", "no benchmark is fixed yet"
    made = gates.set_gate(embedded, "tiny", tmp_path / "data", metric="day/f1", loss=0.0)
    assert gates.present_gate(embedded, "tiny") == made
    assert gates.pass_gate(embedded, "tiny", "2").startswith("day/f1 0.9, was 0.8, on data-")
    with pytest.raises(PermanentError, match=r"tiny 3 is not promoted: day/f1 falls from 0.8 to 0.7"):
        gates.pass_gate(embedded, "tiny", "3")
    gates.set_gate(embedded, "tiny", tmp_path / "data", metric="day/f1", loss=0.2)
    assert "0.7" in gates.pass_gate(embedded, "tiny", "3")
