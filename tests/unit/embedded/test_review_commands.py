"""Reviews from the command line."""

import json

import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import HelioscribeError
from helioscribe.embedded.cli import cli


@pytest.fixture
def call(home):
    def called(*arguments):
        done = CliRunner().invoke(cli, ["--home", str(home), *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return called


@pytest.fixture
def event(call, goes):
    (record,) = json.loads(call("detect", str(goes), "--detector", "xray-threshold", "--json").stdout)
    return record["kb_archivid"]


def found(call, *arguments):
    return len(json.loads(call("events", "search", "--json", *arguments).stdout))


def test_a_rejected_event_is_out_of_sight_and_comes_back(call, event, goes):
    call("review", "add", event[:12], "reject", "--comment", "a glitch", "--by", "Anna")
    assert found(call) == 0
    assert found(call, "--reviewed", "any") == found(call, "--reviewed", "rejected") == 1
    call("detect", str(goes), "--param", "rise=1.2", "--detector", "xray-threshold")  # other runs do not bring it back
    assert event not in call("events", "search", "--json").stdout
    assert "a glitch" in call("review", "show", event).stdout
    assert json.loads(call("events", "show", event, "--json").stdout)["hs_reviewed"] == "reject; the last of 1 by Anna"
    call("review", "add", event, "confirm")
    assert found(call, "--reviewed", "confirmed") == 1
    (stand,) = json.loads(call("review", "list", "--json").stdout)
    assert (stand["decision"], stand["reviews"]) == ("confirm", 2)


def test_queue_of_events_and_export_of_labels(call, event, tmp_path):
    assert event in call("review", "queue", "--events", "--json").stdout
    call("review", "add", event, "rate", "0.5")
    call("review", "add", event, "relabel", "cj")
    assert event not in call("review", "queue", "--events", "--json").stdout
    call("review", "export", str(tmp_path))
    assert f"event,{event},relabel,CJ,0.5" in (tmp_path / "reviews.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rate", "good"), "rate: expected a number from 0 to 1, got 'good'"),
        (("relabel", "jet"), "relabel needs one of"),
        (("keep",), "keep is not possible for events"),
        (("confirm", "yes"), "takes no 'yes'"),
    ],
)
def test_a_mistake_gets_one_line(call, event, arguments, said):
    with pytest.raises(HelioscribeError, match=said):
        call("review", "add", event, *arguments)
