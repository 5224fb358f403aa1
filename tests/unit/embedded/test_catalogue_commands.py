"""Commands about coverage, happenings and subscriptions, on a catalogue in a folder."""

import json

import pytest
from click.testing import CliRunner

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.embedded.cli import cli
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import connect
from support.factories import make_change, make_coverage, make_event, make_observation, make_run, span


@pytest.fixture
def home(tmp_path):
    platform = connect(Settings.embedded(tmp_path))
    quiet = make_coverage(span=CoveredSpan(time_range=span(60, 120), state=CoverageState.NOTHING_FOUND))
    platform.catalogue.add_observation(make_observation())
    platform.catalogue.record_run(make_run(detections=(), coverage=(quiet,)))
    goes = make_event(
        684, 730, id="evt-goes", frm_name="SWPC", obs_instrument="XRS", obs_observatory="GOES", detector=""
    )
    platform.catalogue.apply([make_change(make_event()), make_change(goes)], associated=())
    platform.close()
    return tmp_path


def told(home, *arguments: str):
    answer = CliRunner().invoke(cli, [*arguments, "--home", str(home)], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_coverage_with_its_holes_and_records_of_nothing(home) -> None:
    found = json.loads(told(home, "coverage", "--start", "2022-03-28", "--end", "2022-03-29", "--json"))
    assert [row["state"] for row in found] == ["not_observed", "nothing_found", "not_observed"]
    assert "nothing found" in told(home, "coverage")
    (record,) = json.loads(told(home, "coverage", "--nothing-reported", "--json"))
    assert record["event_type"] == "NR"


def test_happenings_and_counts(home) -> None:
    (one,) = json.loads(told(home, "events", "happenings", "--json"))
    assert {event["kb_archivid"] for event in one["events"]} == {"evt-685.6", "evt-goes"}
    assert "1 happening" in told(home, "events", "happenings")
    assert json.loads(told(home, "events", "count", "--by", "day", "--json")) == [{"day": "2022-03-28", "events": 2}]


def test_subscriptions_from_first_to_last(home) -> None:
    secret = told(home, "subscriptions", "add", "alerts", "https://example.org/hook", "--type", "FL").strip()
    assert len(secret) > 30
    (row,) = json.loads(told(home, "subscriptions", "list", "--json"))
    assert (row["cursor"], row["behind"], row["state"]) == (2, 0, "active")
    assert secret not in told(home, "subscriptions", "list")
    told(home, "subscriptions", "replay", "alerts", "--after", "0")
    (row,) = json.loads(told(home, "subscriptions", "list", "--json"))
    assert (row["cursor"], row["behind"]) == (0, 2)
    assert json.loads(told(home, "subscriptions", "letters", "alerts", "--json")) == []
    told(home, "subscriptions", "remove", "alerts")
    assert json.loads(told(home, "subscriptions", "list", "--json")) == []


def test_a_record_from_elsewhere_is_withdrawn_one_of_a_detector_is_not(home) -> None:
    assert told(home, "events", "retract", "evt-goes", "--reason", "a mistake") == "evt-goes: retracted, revision 2\n"
    assert [row["hs_event"] for row in json.loads(told(home, "events", "search", "--json"))] == ["evt-685.6"]
    refused = CliRunner().invoke(cli, ["events", "retract", "evt-685.6", "--home", str(home)])
    assert (refused.exit_code, "expected a review" in str(refused.exception)) == (1, True)
