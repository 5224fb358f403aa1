"""Records that programs send over HTTP, who may do it, and how often."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from helioscribe.domain.event import EventStatus
from helioscribe.domain.hek.row import hek_row
from helioscribe.runtime.formats.voevent import voevent
from helioscribe.runtime.rates import Rate
from helioscribe.web.access import Access
from support.factories import make_change, make_event
from support.hek import ROW


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_record_and_its_revision(site, guarded) -> None:
    server = guarded()
    status, _, text = server.ask("POST", "/api/events", ROW)
    [made] = json.loads(text)["events"]
    assert (status, json.loads(text)["new_or_changed"], made["ivorn"]) == (200, 1, "ivo://example.edu/FL_1")
    assert json.loads(server.ask("POST", "/api/events", [ROW])[2])["new_or_changed"] == 0
    assert (
        json.loads(server.ask("POST", "/api/events", {"result": [ROW | {"fl_goescls": "M4.2"}]})[2])["new_or_changed"]
        == 1
    )
    event = site.catalogue.event(made["id"])
    assert (event.revision, event.attributes["fl_goescls"], event.frm_identifier) == (2, "M4.2", "helioscribe")
    page = server.ask("GET", f"/events/{made['id']}")[2]
    assert "M4.0 → M4.2" in page
    assert "ivo://example.edu/FL_1" in page


def test_the_page_of_a_record_leads_to_what_it_refers_to(guarded) -> None:
    server = guarded()
    names = {"Movie": "https://example.edu/movie", "Trap": "javascript:alert(1)"}
    references = [{"ref_name": name, "ref_type": "html", "ref_url": url} for name, url in names.items()]
    name = json.loads(server.ask("POST", "/api/events", ROW | {"refs": references})[2])["events"][0]["id"]
    page = server.ask("GET", f"/events/{name}")[2]
    assert '<a href="https://example.edu/movie" rel="noopener noreferrer">Movie</a>' in page
    assert "javascript:" not in page


def test_a_voevent(site, guarded) -> None:
    row = hek_row(make_event(id="evt-" + "7" * 32, detector=""), authority="example.edu")
    text = voevent(row, authority="example.edu")
    status, _, answer = guarded().ask("POST", "/api/events", text)
    assert status == 200
    assert site.catalogue.event(json.loads(answer)["events"][0]["id"]).frm_name == make_event().frm_name


def test_good_records_enter_beside_bad_ones(guarded) -> None:
    status, _, text = guarded().ask("POST", "/api/events", [ROW, ROW | {"event_starttime": "soon"}])
    answer = json.loads(text)
    assert (status, answer["new_or_changed"]) == (200, 1)
    assert answer["failed"][0]["where"] == "record 2"
    assert "event_starttime: not a time" in answer["failed"][0]["message"]
    status, _, text = guarded().ask("POST", "/api/events", [ROW | {"event_type": "??"}])
    assert status == 400


def test_what_a_detector_found_is_not_written_over(site, guarded) -> None:
    event = make_event(id="evt-" + "5" * 32, detector="stix-lstm")
    site.catalogue.apply([make_change(event)], associated=[])
    status, _, text = guarded().ask("POST", "/api/events", ROW | {"kb_archivid": f"ivo://any/FL_x_{'5' * 32}"})
    assert status == 400
    assert "expected a review" in text
    assert guarded().ask("DELETE", f"/api/events/{event.id}")[0] == 400
    assert site.catalogue.event(event.id) == event


def test_a_retracted_record_stays_as_a_tombstone(site, guarded) -> None:
    server = guarded()
    name = json.loads(server.ask("POST", "/api/events", ROW)[2])["events"][0]["id"]
    status, _, text = server.ask("DELETE", f"/api/events/{name}?reason=a%20mistake")
    assert (status, json.loads(text)["status"]) == (200, "retracted")
    assert site.catalogue.event(name).status is EventStatus.RETRACTED
    assert site.catalogue.revisions(name)[-1].reason == "retracted by helioscribe: a mistake"
    assert json.loads(server.ask("GET", "/api/events")[2])["result"] == []
    assert server.ask("DELETE", "/api/events/evt-none")[0] == 404


def test_pages_of_other_sites_cannot_write(guarded) -> None:
    for path in ("/api/events", "/login", "/reviews"):
        assert guarded().ask("POST", path, ROW, Sec_Fetch_Site="cross-site")[0] == 403
        assert guarded().ask("POST", path, ROW, Origin="https://evil.example")[0] == 403


def test_tokens_open_what_their_scopes_say(guarded, tokens) -> None:
    reader, writer = tokens.add("reader", ("read",)), tokens.add("writer", ("read", "write"))
    server = guarded(access=Access(tokens=tokens, open_reading=False))
    assert server.ask("GET", "/api/events")[0] == 401
    assert server.ask("GET", "/api/events", **bearer(reader))[0] == 200
    assert server.ask("GET", "/api/events", **bearer("hs_wrong"))[0] == 401
    assert server.ask("POST", "/api/events", ROW, **bearer(reader))[0] == 403
    assert server.ask("POST", "/api/events", ROW, **bearer(writer))[0] == 200
    assert server.ask("POST", "/reviews", "", **bearer(writer))[0] == 403
    assert server.ask("GET", f"/hek/her?cmd=search&token={reader}")[0] == 200
    assert server.ask("GET", f"/api/events?token={reader}")[0] == 401
    assert server.ask("GET", "/healthz")[0] == 200
    tokens.revoke("reader")
    assert server.ask("GET", "/api/events", **bearer(reader))[0] == 401


def test_reading_may_be_open_while_writing_is_not(site, guarded, tokens) -> None:
    writer = tokens.add("anna", ("write",))
    server = guarded(access=Access(tokens=tokens))
    assert server.ask("GET", "/")[0] == 200
    assert server.ask("POST", "/api/events", ROW)[0] == 401
    name = json.loads(server.ask("POST", "/api/events", ROW, **bearer(writer))[2])["events"][0]["id"]
    assert site.catalogue.event(name).frm_identifier == "anna"
    assert site.catalogue.revisions(name)[0].reason == "submitted by anna"


def test_signing_in_with_a_browser(guarded, tokens) -> None:
    token = tokens.add("anna", ("read",))
    server = guarded(access=Access(tokens=tokens, open_reading=False))
    status, _, page = server.ask("GET", "/disk")
    assert (status, "/login?back=/disk" in page) == (401, True)
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert server.ask("POST", "/login", "token=hs_wrong", **form)[0] == 401
    status, headers, _ = server.ask("POST", "/login", f"token={token}&back=/disk", **form)
    assert (status, headers["location"]) == (303, "/disk")
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in headers["set-cookie"].split(";")}
    cookie = headers["set-cookie"].split(";")[0]
    assert server.ask("GET", "/disk", Cookie=cookie)[0] == 200
    assert "signed in as <strong>anna</strong>" in server.ask("GET", "/login", Cookie=cookie)[2]
    assert "signed in as" not in server.ask("GET", "/login", Cookie="hs_token=hs_wrong")[2]
    assert server.ask("POST", "/login", f"token={token}&back=//evil.example", **form)[1]["location"] == "/"
    assert "hs_token=" in server.ask("POST", "/logout", "", Cookie=cookie)[1]["set-cookie"]


def test_a_server_without_tokens_that_others_reach_only_shows(guarded) -> None:
    server = guarded(access=Access(only_reading=True))
    assert server.ask("GET", "/")[0] == 200
    assert server.ask("POST", "/api/events", ROW)[0] == 403


def test_who_comes_too_often_waits(guarded) -> None:
    server = guarded(rate=Rate(0.001, 3))
    statuses = [server.ask("GET", "/healthz")[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert 990 < int(server.ask("GET", "/healthz")[1]["retry-after"]) <= 1000
    assert server.ask("GET", "/static/style.css")[0] == 200  # the page that says so is not bare


def test_buckets_fill_again() -> None:
    now = [0.0]
    rate = Rate(2.0, 2, clock=lambda: now[0])
    assert [rate.wait("a") for _ in range(3)] == [0, 0, 0.5]
    assert rate.wait("b") == 0
    now[0] = 0.5
    assert rate.wait("a") == 0


def test_large_requests_are_refused(guarded) -> None:
    server = guarded()
    assert server.ask("POST", "/api/events", b"[" + b" " * (17 << 20) + b"]")[0] == 400
    assert server.ask("GET", "/?start=" + "x" * 20_000)[0] in (400, 414)


@pytest.mark.parametrize("form", ["csv", "hek", "voevent", "jsonl"])
def test_exports(site, form) -> None:
    for number in range(3):
        event = make_event(id=f"evt-{number:032x}", event_type="FL" if number else "AR", event_peaktime=None)
        site.catalogue.apply([make_change(event)], associated=[])
    answer = site.get(f"/export/{form}?type=FL")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="events.')
    inside = {"csv": "\nevt-0", "hek": '"event_type": "FL"', "voevent": "<voe:VOEvent", "jsonl": '"event_type": "FL"'}
    assert answer.text.count(inside[form]) == 2
    one = site.get(f"/events/evt-{0:032x}/export/{form}")
    assert (one.status, "ActiveRegion" in one.text or "Active Region" in one.text) == (200, True)
    assert site.get("/export/xls").status == 400
    assert site.get(f"/export/{form}?colour=red").status == 400


def test_helioviewer(site) -> None:
    place = {"event_coordsys": "UTC-HGS-TOPO", "event_coordunit": "deg,deg", "noposition": False, "event_coord2": 10.0}
    first = make_event(id="evt-" + "1" * 32, event_coord1=0.0, **place)
    behind = replace(first, id="evt-" + "2" * 32, event_coord1=170.0)
    unplaced = make_event(id="evt-" + "3" * 32, event_type="NR", event_peaktime=None)
    site.catalogue.apply([make_change(event) for event in (first, behind, unplaced)], associated=[])
    day = first.event_starttime.strftime("%Y-%m-%d")
    url = f"/helioviewer/events?start={day}%2000:00:00&end={day}%2023:59:59&observation="
    found = {
        part["pin"]: part for part in site.get(url + first.event_starttime.isoformat().replace("+00:00", "Z")).json
    }
    [mark] = found["FL"]["groups"][0]["data"]
    assert mark["id"] == first.id
    assert abs(mark["hv_hpc_x"]) < 1
    assert mark["start"] == first.event_starttime.strftime("%Y-%m-%d %H:%M:%S")
    assert set(mark) >= {
        "label",
        "short_label",
        "version",
        "type",
        "end",
        "hv_hpc_y",
        "source",
        "views",
        "link",
        "title",
    }
    assert found["NR"]["groups"][0]["data"][0]["hv_hpc_x"] == 0
    later = site.get(url + "2022-03-30T00:00:00").json
    [turned] = next(part for part in later if part["pin"] == "FL")["groups"][0]["data"]
    assert 300 < turned["hv_hpc_x"] < 500  # two days of rotation, some 27 degrees
    assert site.get("/helioviewer/events?start=2022-01-01&end=2022-12-01").status == 400
    assert site.get("/helioviewer/events?start=soon&end=2022-12-01").status == 400
