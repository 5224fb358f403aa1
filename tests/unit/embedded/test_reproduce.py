"""An event is made again from its file, and what differs is told."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from helioscribe.embedded.cli import cli


@pytest.fixture
def call(home):
    def called(*arguments):
        return CliRunner().invoke(cli, ["--home", str(home), *arguments], catch_exceptions=False)

    return called


@pytest.fixture
def event(call, goes):
    (record,) = json.loads(call("detect", str(goes), "--detector", "xray-threshold", "--json").stdout)
    return record["kb_archivid"]


def change(home, statement):
    engine = create_engine(f"sqlite:///{home}/catalogue.sqlite")
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def remade(call, event, status):
    done = call("reproduce", event, "--json")
    assert done.exit_code == status
    (one,) = json.loads(done.stdout)["detections"]
    return one


def test_the_same_comes_out(call, event):
    assert remade(call, event, 0) | {"id": ""} == {"id": "", "outcome": "same", "differences": [], "circumstances": []}
    assert "same" in call("reproduce", event[:12]).stdout


def test_a_changed_number_is_told(call, event, home):
    change(home, "UPDATE detections SET claim = json_set(claim, '$.measurements.fl_goescls', 'X9.9')")
    one = remade(call, event, 1)
    assert one["outcome"] == "different"
    assert one["differences"] == ["measurements fl_goescls M2.5, then X9.9"]


def test_rounding_of_another_processor_is_no_difference(call, event, home):
    change(
        home,
        "UPDATE detections SET claim = json_set(claim, '$.measurements.fl_peakflux', json_extract(claim, '$.measurements.fl_peakflux') * 1.000001)",
    )
    one = remade(call, event, 0)
    assert (one["outcome"], len(one["differences"])) == ("close", 1)


def test_another_version_is_told_but_no_difference(call, event, home):
    change(home, "UPDATE detections SET provenance = json_set(provenance, '$.code_version', '0.0.9')")
    one = remade(call, event, 0)
    assert (one["outcome"], one["circumstances"]) == ("same", ["Helioscribe 0.1.0, then 0.0.9"])


def test_a_spoilt_file_cannot_make_it_again(call, event, home):
    (product,) = [
        path for path in home.rglob("*.safetensors") if path.parent.name == "products" or "products" in str(path)
    ]
    product.write_bytes(b"spoilt")
    one = remade(call, event, 1)
    assert one["outcome"] == "impossible"
    assert "expected" in one["differences"][0]


def test_provenance_is_printed(call, event):
    document = json.loads(call("events", "provenance", event).stdout)
    assert any(name.startswith(f"hs:{event}.r1") for name in document["entity"])
