import json

import click
import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import JobError
from helioscribe.embedded.console import end, parse_parameters, table
from helioscribe.embedded.tables.events import print_events
from support.factories import make_event


def shown(action):
    return CliRunner().invoke(click.command()(action)).stdout


def test_parameters_are_numbers_flags_or_text():
    pairs = ["a=1", "b=0.5", "c=true", "d=mean", 'e="7"', "f=[1]", "g=x=y", "h="]
    assert parse_parameters(pairs) == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": "mean",
        "e": "7",
        "f": "[1]",
        "g": "x=y",
        "h": "",
    }


@pytest.mark.parametrize("pair", ["a", "=1", ""])
def test_a_pair_needs_both(pair):
    with pytest.raises(InvalidInputError, match="expected name=value"):
        parse_parameters([pair])


def test_tables_align():
    text = shown(lambda: table(("name", "n"), [("long name", 1), ("x", None)], title="two rows"))
    assert text.splitlines() == ["two rows", "name       n", "long name  1", "x"]


def test_control_characters_do_not_reach_the_terminal():
    assert "\x1b" not in shown(lambda: table(("name",), [("\x1b[2Jfile\n",)]))


@pytest.mark.parametrize(
    ("codes", "status"),
    [(["invalid_input"], 2), (["invalid_input", "plugin"], 1), (["unavailable"], 1), (["not_found"], 2)],
)
def test_the_exit_status_says_whose_mistake_it_was(codes, status):
    with pytest.raises(click.exceptions.Exit) as found:
        end([JobError(code=code, message="x") for code in codes])
    assert found.value.exit_code == status


def test_nothing_wrong_goes_on():
    assert end([]) is None


def test_events_are_written_with_every_column_that_any_has():
    events = [make_event(attributes={"fl_goescls": "M1"}), make_event(attributes={"hs_score": 2.5})]
    header = shown(lambda: print_events(events, form="csv")).splitlines()[0].split(",")
    assert {"kb_archivid", "fl_goescls", "hs_score"} <= set(header)
    rows = json.loads(shown(lambda: print_events(events, form="json")))
    assert [row.get("hs_score") for row in rows] == [None, 2.5]
    assert json.loads(shown(lambda: print_events([], form="json"))) == []


def test_the_place_is_a_column_where_there_is_one():
    nowhere = make_event()
    there = make_event(
        noposition=False, event_coordsys="UTC-HGS-TOPO", event_coordunit="degrees", event_coord1=-34.4, event_coord2=9.6
    )
    assert "N10E34" in shown(lambda: print_events([nowhere, there]))
    assert "place" not in shown(lambda: print_events([nowhere]))
    assert shown(lambda: print_events([])).splitlines()[0] == "0 events"
