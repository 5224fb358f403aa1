"""HEK's interface: what its clients ask, and what they must get."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.hek.schema import columns
from support.factories import at, make_change, make_coverage, make_event, make_method, make_observation, make_run
from support.hek import real_rows


def put(site, *events) -> None:
    site.catalogue.apply([make_change(event) for event in events], associated=[])


def ask(site, **parameters):
    return site.get("/hek/her?" + urlencode({"cosec": 2, "cmd": "search", "type": "column", **parameters}))


def rows(site, **parameters):
    answer = ask(site, **parameters)
    assert answer.status == 200, answer.text
    return answer.json["result"]


@pytest.fixture
def real(site):
    put(site, *{event.id: event for event in (event_of_row(row, origin="hek") for row in real_rows())}.values())
    return site


def numbered(count: int):
    return [
        make_event(
            id=f"evt-{number:032x}", event_starttime=at(number), event_endtime=at(number + 1), event_peaktime=None
        )
        for number in range(count)
    ]


def test_an_empty_catalogue_answers_as_hek_does(site) -> None:
    assert ask(site).json == {"result": [], "association": [], "overmax": False}


def test_everything_that_sunpy_sends_without_conditions(real) -> None:
    found = rows(
        real,
        event_type="**",
        x1=-5000,
        y1=-5000,
        x2=5000,
        y2=5000,
        event_coordsys="helioprojective",
        event_starttime="2011-08-09T07:23:56",
        event_endtime="2011-08-09T12:40:29",
        page=1,
    )
    assert {row["frm_name"] for row in found} >= {"asainz", "SWPC", "SSW Latest Events"}
    assert all(set(row) >= {"event_coord1", "event_coord2", "event_coord3", "event_coordsys"} for row in found)


def test_pages_go_on_until_nothing_is_left(site) -> None:
    put(site, *numbered(250))
    got, page = [], 1
    while True:
        answer = ask(site, page=page).json
        got += answer["result"]
        if not answer["overmax"]:
            break
        page += 1
    assert page == 3
    assert [row["event_starttime"] for row in got] == sorted(row["event_starttime"] for row in got)
    assert len({row["kb_archivid"] for row in got}) == 250


def test_any_page_is_found_without_those_before(site) -> None:
    put(site, *numbered(250))
    late = rows(site, page=3)
    assert len(late) == 50
    assert rows(site, page=2)[0]["event_starttime"] == "2022-03-28T01:40:00"
    assert rows(site, page=0) == rows(site, page=1)
    assert rows(site, page=4) == []


def test_a_page_holds_a_thousand_at_most(site) -> None:
    put(site, *numbered(1200))
    answer = ask(site, result_limit=5000).json
    assert (len(answer["result"]), answer["overmax"]) == (1000, True)


def test_names_in_any_case_and_numbers_with_gaps(real) -> None:
    found = rows(
        real,
        EVENT_TYPE="fl",
        PARAM1="FL_GOESCls",
        OP1=">",
        VALUE1="M1.0",
        param7="OBS_Observatory",
        op7="=",
        value7="GOES",
    )
    assert {(row["fl_goescls"], row["obs_observatory"]) for row in found} == {("X6.9", "GOES")}


@pytest.mark.parametrize(
    ("column", "operator", "value", "holds"),
    [
        ("FRM_Name", "=", "SPoCA", lambda row: row["frm_name"] == "SPoCA"),
        ("FRM_Name", "!=", "SPoCA", lambda row: row["frm_name"] != "SPoCA"),
        ("FRM_Name", "like", "%poc%", lambda row: row["frm_name"] == "SPoCA"),
        ("FRM_Name", "like", "spoca", lambda row: row["frm_name"] == "SPoCA"),
        ("FL_PeakFlux", ">", "4000", lambda row: (row.get("fl_peakflux") or 0) > 4000),
        ("Event_Coord1", ">", "800", lambda row: row["event_coord1"] > 800),
        ("Area_Raw", "<=", "5e9", lambda row: (row.get("area_raw") or 1e99) <= 5e9),
        ("ch.area_atdiskcenter", ">=", "1e10", lambda row: (row.get("area_atdiskcenter") or 0) >= 1e10),
        ("frm_humanflag", "=", "true", lambda row: row["frm_humanflag"] == "true"),
        ("hgs_y", "<", "-60", lambda row: row["hgs_y"] < -60),
        ("SOL_standard", "like", "SOL2011%", lambda row: row["SOL_standard"].startswith("SOL2011")),
        ("AR_IntensMax", ">", "100", lambda row: (row.get("intensmax") or 0) > 100),
    ],
)
def test_conditions_by_the_type_of_the_column(real, column, operator, value, holds) -> None:
    expected = {row["kb_archivid"] for row in real_rows() if holds(row)}
    found = rows(real, result_limit=1000, param0=column, op0=operator, value0=value)
    assert {row["kb_archivid"] for row in found} == expected
    assert 0 < len(expected) < 116


def test_goes_classes_are_numbers(site) -> None:
    for number, goes in enumerate(("C9.9", "M1.0", "M9.0", "X1.0", "X10.0")):
        put(site, make_event(id=f"evt-{number:032x}", attributes={"fl_goescls": goes}))
    found = rows(site, param0="fl_goescls", op0=">=", value0="M9")
    assert {row["fl_goescls"] for row in found} == {"M9.0", "X1.0", "X10.0"}


def test_one_event_by_its_name(real) -> None:
    name = "ivo://helio-informatics.org/FL_SSWLatestEvents_20110809_011036_207"
    wide = {"event_starttime": "0001-01-01T00:00:00", "event_endtime": "9999-01-01T00:00:00"}
    [row] = rows(real, **wide, param0="kb_archivid", op0="=", value0=name)
    assert (row["kb_archivid"], row["fl_goescls"]) == (name, "C1.4")
    assert rows(real, **wide, param0="kb_archivid", op0="=", value0="ivo://nobody/x") == []


def test_boxes_in_three_frames(real) -> None:
    west = rows(real, result_limit=1000, x1=700, x2=1300, y1=-1300, y2=1300)
    assert west
    assert all(max(row["boundbox_c1ll"], row["boundbox_c1ur"], row["hpc_x"]) > 650 for row in west)
    south = rows(real, result_limit=1000, event_coordsys="stonyhurst", x1=-90, x2=90, y1=-90, y2=-75)
    assert 0 < len(south) < 50
    assert rows(real, result_limit=1000, event_coordsys="carrington", x1=0, x2=360, y1=-90, y2=90)
    assert len(rows(real, result_limit=1000, x1=-1200, x2=1200, y1=-1200, y2=1200)) == len(
        rows(real, result_limit=1000)
    )


def test_overlapping_or_contained(site) -> None:
    put(site, make_event(event_starttime=at(0), event_endtime=at(60), event_peaktime=None))
    inside = {"event_starttime": "2022-03-28T00:30:00", "event_endtime": "2022-03-28T00:40:00"}
    assert len(rows(site, **inside)) == 1
    assert rows(site, **inside, temporalmode="strict") == []


def test_tests_are_hidden_unless_asked_for(site) -> None:
    put(site, make_event(id="evt-" + "1" * 32, attributes={"event_testflag": "T"}), make_event(id="evt-" + "2" * 32))
    assert len(rows(site)) == 1
    assert len(rows(site, showtests="show")) == 2
    assert [row["event_testflag"] for row in rows(site, showtests="only")] == ["true"]


def test_only_the_columns_that_are_asked_for(site) -> None:
    put(site, make_event())
    assert set(rows(site, **{"return": "KB_ArchivID,refs,hpc_x"})[0]) == {"kb_archivid", "refs", "hpc_x"}
    [required] = rows(site, **{"return": "required"})
    assert set(required) == {one.name for one in columns().values() if "FL" in one.required}


def test_sorting(site) -> None:
    put(site, *numbered(5))
    assert rows(site, sort_by="event_starttime", sort_order="desc")[0]["event_starttime"] == "2022-03-28T00:04:00"


def test_jhelioviewer(real) -> None:
    answer = ask(
        real,
        event_type="FL",
        event_coordsys="helioprojective",
        x1=-3600,
        x2=3600,
        y1=-3600,
        y2=3600,
        param0="event_starttime",
        op0="<=",
        value0="2011-08-10T00:00:00",
        param1="frm_name",
        op1="=",
        value1="SWPC",
        event_starttime="2011-08-09T00:00:00",
        event_endtime="2026-01-01T00:00:00",
        page=0,
    )
    assert set(answer.json) == {"result", "association", "overmax"}
    assert answer.json["overmax"] is False
    assert answer.json["result"]
    for row in answer.json["result"]:
        assert row["event_endtime"] >= row["event_starttime"]
        assert isinstance(row["fl_goescls"], str)
        assert all(isinstance(value, str) for reference in row["refs"] for value in reference.values())
        assert "POLYGON" in row["hgs_bbox"] or row["noposition"] == "true"


def test_which_lies_in_which(site) -> None:
    place = {"event_coordsys": "UTC-HGS-TOPO", "event_coordunit": "deg,deg", "noposition": False}
    inside = make_event(id="evt-" + "1" * 32, event_type="FL", event_coord1=10.0, event_coord2=5.0, **place)
    outside = make_event(id="evt-" + "2" * 32, event_type="FL", event_coord1=40.0, event_coord2=5.0, **place)
    region = make_event(
        id="evt-" + "3" * 32,
        event_type="AR",
        event_coord1=12.0,
        event_coord2=4.0,
        event_peaktime=None,
        boundbox_c1ll=0.0,
        boundbox_c2ll=0.0,
        boundbox_c1ur=20.0,
        boundbox_c2ur=10.0,
        **place,
    )
    put(site, inside, outside, region)
    answer = ask(site, type="contains", event_type="**", event_type1="fl", event_type2="ar").json
    assert {row["event_type"] + row["kb_archivid"][-1] for row in answer["result"]} == {"FL1", "AR3"}
    [edge] = answer["association"]
    assert (edge["edge_type"], edge["first_id"], edge["second_id"]) == ("contains", region.id, inside.id)


def test_records_of_one_happening_are_associated(site) -> None:
    stix = make_event(id="evt-" + "1" * 32, frm_name="stix-lstm", detector="stix-lstm")
    goes = make_event(
        id="evt-" + "2" * 32,
        frm_name="xray-threshold",
        detector="xray-threshold",
        obs_observatory="GOES",
        obs_instrument="XRS",
        obs_channelid="1-8 A",
        attributes={"fl_goescls": "M4.0"},
    )
    put(site, stix, goes, make_event(id="evt-" + "3" * 32, event_type="AR", event_peaktime=None))
    [edge] = ask(site).json["association"]
    assert edge["edge_type"] == "is_associated_with"
    assert {edge["first_id"], edge["second_id"]} == {stix.id, goes.id}
    assert 0 < float(edge["strength"]) <= 1


def test_what_was_looked_at_in_vain_is_nothing_reported(site) -> None:
    observation = make_observation()
    site.catalogue.add_observation(observation)
    method = make_method()
    quiet = make_coverage(
        observation_id=observation.id,
        method_id=method.id,
        detector=method.detector,
        span=CoveredSpan(time_range=observation.time_range, state=CoverageState.NOTHING_FOUND),
    )
    site.catalogue.record_run(make_run(observation_id=observation.id, method=method, detections=(), coverage=(quiet,)))
    day = {"event_starttime": "2022-03-28T00:00:00", "event_endtime": "2022-03-29T00:00:00"}
    [row] = rows(site, event_type="nr", **day)
    assert (row["event_type"], row["frm_name"]) == ("NR", method.name or method.detector)
    assert rows(site, event_type="fl", **day) == []


def test_jsonp_calls_a_function_and_nothing_else(site) -> None:
    answer = ask(site, callback="show.events")
    assert answer.text.startswith("/**/show.events({")
    assert answer.headers["content-type"].startswith("application/javascript")
    assert ask(site, callback="alert(1)//").status == 400


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cmd": "drop"}, "cmd: expected search"),
        ({"cosec": "1"}, "cosec: "),
        ({"event_type": "XX"}, "event_type 'XX'"),
        ({"event_starttime": "soon"}, "not a time: 'soon'"),
        ({"event_starttime": "2022-01-02", "event_endtime": "2022-01-01"}, "lies before event_starttime"),
        ({"x1": "west"}, "x1: expected a number"),
        ({"event_coordsys": "galactic", "x1": "1"}, "event_coordsys: expected one of"),
        ({"page": "two"}, "page: expected a whole number"),
        ({"result_limit": "0"}, "result_limit: expected a whole number from 1"),
        ({"param0": "x", "op0": "~"}, "op0: expected one of"),
        ({"param0": "a;b"}, "not a column: 'a;b'"),
        ({"return": "passwords"}, "return: no column 'passwords'"),
        ({"sort_by": "luck"}, "sort_by: expected one of"),
        ({"showtests": "maybe"}, "showtests: expected one of hide, only, show"),
        ({"type": "contains"}, "expected event_type1"),
        ({"cmd": "export-voevent"}, "ivorn: expected the kb_archivid"),
    ],
)
def test_what_hek_does_not_have_is_said(site, parameters, message) -> None:
    answer = ask(site, **parameters)
    assert answer.status == 400
    assert message in answer.json["message"]


def test_schema(site) -> None:
    listed = site.get("/schema").json
    assert len(listed["classes"]) == 28
    assert {"name", "kind", "unit_column", "required"} <= set(listed["columns"][0])
    schema = site.get("/schema/fl").json
    assert schema["title"] == "FL: Flare"
    assert site.get("/schema/xx").status == 400


def test_rows_fit_their_schema(real) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for row in rows(real, result_limit=1000):
        jsonschema.validate(row, real.get(f"/schema/{row['event_type']}").json)


def test_too_much_to_compare_is_said_also_where_some_events_have_no_place(site) -> None:
    put(site, *numbered(1001))
    assert "more than 1000 events" in ask(site, type="contains", event_type1="FL").text


def test_a_page_far_off_is_counted_up_to_in_portions(site, monkeypatch) -> None:
    put(site, *numbered(2500))
    asked, search = [], site.catalogue.search
    monkeypatch.setattr(site.catalogue, "search", lambda query: asked.append(query.limit) or search(query))
    assert len(rows(site, page=25, result_limit=100)) == 100
    assert rows(site, page=100_000, result_limit=1000) == []
    assert max(asked) <= 1001


def test_a_leap_second_is_a_time(site) -> None:
    put(site, make_event())
    assert rows(site, event_starttime="2016-12-31T23:59:60", event_endtime="2030-01-01") != []


def test_helioviewer_is_told_of_all_events_or_that_there_are_too_many(site, monkeypatch) -> None:
    put(site, *numbered(3))
    path = "/helioviewer/events?start=2022-03-28&end=2022-03-29"
    monkeypatch.setattr("helioscribe.web.hek.helioviewer._MOST", 3)
    (kind,) = site.get(path).json
    assert sum(len(group["data"]) for group in kind["groups"]) == 3
    monkeypatch.setattr("helioscribe.web.hek.helioviewer._MOST", 2)
    refused = site.get(path)
    assert (refused.status, refused.json["message"]) == (400, "more than 2 events; expected a shorter time")
