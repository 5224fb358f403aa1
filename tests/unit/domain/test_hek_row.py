"""Events as rows of HEK and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, EventStatus
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.hek.row import event_id_of_ivorn, hek_row, ivorn
from helioscribe.domain.hek.schema import Kind, columns_of
from helioscribe.domain.hek.units import normalized
from support.factories import make_event
from support.hek import real_rows

ROW: dict[str, Any] = {
    "event_type": "FL: Flare",
    "event_starttime": "2011-08-09T07:48:00",
    "event_endtime": "2011-08-09T08:08:00",
    "event_peaktime": "2011-08-09T08:05:00Z",
    "event_coordsys": "UTC-HGS-TOPO",
    "event_coordunit": "degrees",
    "event_coord1": 69,
    "event_coord2": 17,
    "frm_name": "SWPC",
    "frm_institute": "NOAA",
    "obs_observatory": "GOES",
    "obs_instrument": "XRS",
    "FL_GOESCls": "X6.9",
}


def test_real_rows_come_out_as_they_went_in() -> None:
    for row in real_rows():
        again = hek_row(event_of_row(row, origin="hek"), authority="example.org")
        assert {name: again[name] for name in row} == row


@pytest.mark.parametrize("code", EVENT_CLASSES)
def test_row_has_every_column_in_its_type(code: str) -> None:
    row = hek_row(make_event(event_type=code), authority="example.org", url="https://example.org/events/1")
    assert list(row) == [column.name for column in columns_of(code)]
    kinds = {Kind.NUMBER: (int, float, type(None)), Kind.INTEGER: (int, type(None)), Kind.REFERENCES: (list,)}
    for column in columns_of(code):
        assert isinstance(row[column.name], kinds.get(column.kind, (str,))), column.name
    json.dumps(row, allow_nan=False)
    assert isinstance(row["event_coord1"], float)
    assert row["event_coordunit"]
    assert row["refs"][0]["ref_url"] == "https://example.org/events/1"


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("https://example.org/method", "https://example.org/method"),
        ("docs/models/stix-lstm.md", "https://here.org/sun/detectors/stix-lstm"),
    ],
)
def test_the_address_of_the_method_can_be_followed(told: str, written: str) -> None:
    event = make_event(frm_url=told, detector="stix-lstm")
    assert hek_row(event, authority="here.org", url="https://here.org/sun/events/evt-1")["frm_url"] == written


def test_ivorn_names_the_event_for_good() -> None:
    event = make_event(id="evt-" + "0123456789abcdef" * 2, frm_name="STIX: [lstm] v1")
    name = ivorn(event, authority="example.org")
    assert name == "ivo://example.org/FL_STIXlstmv1_0123456789abcdef0123456789abcdef"
    assert event_id_of_ivorn(name) == event.id
    foreign = event_of_row(ROW | {"kb_archivid": "ivo://helio-informatics.org/FL_SWPC_1"}, origin="hek")
    assert ivorn(foreign, authority="example.org") == "ivo://helio-informatics.org/FL_SWPC_1"
    assert event_id_of_ivorn("ivo://helio-informatics.org/FL_SWPC_1") == foreign.id


def test_a_row_of_text_is_read_by_the_types_of_its_columns() -> None:
    event = event_of_row({name: str(value) for name, value in ROW.items()}, origin="file")
    assert (event.event_type, event.event_coord1, event.noposition) == ("FL", 69.0, False)
    assert event.attributes == {"fl_goescls": "X6.9", "hs_origin": "file"}
    assert event.frm_versionnumber is None
    assert event.boundbox_c1ur == 69.0


def test_without_coordinates_there_is_no_position() -> None:
    event = event_of_row({name: value for name, value in ROW.items() if "coord" not in name}, origin="file")
    assert event.noposition
    row = hek_row(event, authority="example.org")
    assert (row["noposition"], row["event_coord1"], row["hpc_x"], row["hpc_bbox"]) == ("true", 0.0, 0.0, "")


def test_sentinels_and_controls_are_left_out() -> None:
    row = ROW | {"fl_peakflux": -9999, "fl_peaktemp": float("inf"), "event_description": "a\x00b", "frm_url": "blank"}
    event = event_of_row(row, origin="file")
    assert event.attributes["event_description"] == "ab"
    assert not {"fl_peakflux", "fl_peaktemp"} & set(event.attributes)
    assert event.frm_url == ""


def test_retracted_rows_stay_so() -> None:
    assert event_of_row(ROW | {"active": "false"}, origin="file").status is EventStatus.RETRACTED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"event_type": "ZZ"}, "unknown event type"),
        ({"event_starttime": ""}, "FL record lacks event_starttime"),
        ({"event_starttime": "yesterday"}, "event_starttime: "),
        ({"event_coord1": "east"}, "event_coord1: expected a number, got 'east'"),
        ({"event_coordsys": "UTC-HPR-TOPO"}, "event_coordsys 'UTC-HPR-TOPO': expected one of"),
        ({"area_raw": 3.0, "area_unit": "acres per day"}, "area_unit 'acres per day': expected a unit that can be"),
        ({"fl_peakflux": 3.0, "fl_peakfluxunit": "ct/s"}, "fl_peakfluxunit 'ct/s': expected a unit"),
        ({"bound_chaincode": "POLYGON((1 2,3))"}, "polygon 'POLYGON"),
        ({"refs": [1]}, "refs: expected a list"),
        ({"drop table": 1}, "column 'drop table'"),
        ({f"hs_{number}": 1 for number in range(600)}, "expected at most 500"),
    ],
)
def test_what_cannot_be_read_says_which_column(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message.replace("(", r"\(")):
        event_of_row(ROW | changes, origin="file")


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("obs_meanwavel", 131.0, "Angstroms", (1.31e-6, "cm")),
        ("obs_meanwavel", 7.0, "keV", (1.7712e-8, "cm")),
        ("area_raw", 1.0, "millihemispheres", (3.0410e9, "km2")),
        ("area_raw", 2.0, "arcsec2", (1.05204e6, "km2")),
        ("fl_peakflux", 2.0, "erg/cm/cm/s", (2.0, "erg/cm/cm/s")),
        ("fl_peakflux", 2e-5, "W m-2", (2e-5, "W/m^2")),
        ("ss_spinrate", 2.0, "Deg/day", (2.0, "deg/day")),
        ("intensmax", 2.0, "DN/s", (2.0, "DN/s")),
        ("outflow_length", 5.0, "arcseconds", (5.0, "arcseconds")),
    ],
)
def test_units_that_clients_can_read(name: str, value: float, unit: str, expected: tuple[float, str]) -> None:
    got, text = normalized(name, value, unit)
    assert (pytest.approx(expected[0], rel=1e-4), expected[1]) == (got, text)


_anything = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
_names = some.sampled_from([column.name for column in columns_of("FL")] + ["hs_x", "X!", "refs"])


@given(changes=some.dictionaries(_names, _anything | some.lists(_anything, max_size=2), max_size=6))
def test_no_row_breaks_the_import_or_the_answer(changes: dict[str, Any]) -> None:
    try:
        event = event_of_row(ROW | changes, origin="fuzz")
    except InvalidInputError:
        return
    json.dumps(hek_row(event, authority="example.org"), allow_nan=False)
