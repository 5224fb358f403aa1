"""What people say of two events, over HTTP and in what other programs read."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from helioscribe.runtime.relations import relate
from helioscribe.web.access import Access
from support.factories import make_change, make_event

FLARE, WAVE = (make_event(start, start + 5.0, id=f"evt-{number * 32}") for start, number in ((10.0, "1"), (500.0, "2")))


@pytest.fixture
def two(site):
    site.catalogue.apply([make_change(FLARE), make_change(WAVE)], associated=[])
    return site


def test_is_said_seen_from_both_ends_and_withdrawn(two, guarded) -> None:
    server, path = guarded(), f"/api/events/{WAVE.id}/relations"
    status, _, text = server.ask("POST", path, {"word": "is_caused_by", "other": FLARE.id, "comment": "EUV wave"})
    assert (status, json.loads(text)["first"], json.loads(text)["verb"]) == (200, FLARE.id, "causes")
    [seen] = json.loads(server.ask("GET", f"/api/events/{FLARE.id}/relations")[2])
    assert {name: seen[name] for name in ("word", "other", "by", "comment")} == {
        "word": "causes",
        "other": WAVE.id,
        "by": "helioscribe",
        "comment": "EUV wave",
    }
    assert server.ask("DELETE", f"{path}/{seen['id']}?reason=no")[0] == 200
    assert json.loads(server.ask("GET", path)[2]) == []
    assert [one["withdrawn"] for one in json.loads(server.ask("GET", f"{path}?history=1")[2])] == [False, True]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"word": "loves", "other": FLARE.id}, 400),
        ({"word": "causes", "other": WAVE.id}, 400),
        ({"word": 1}, 400),
        ("no json", 400),
        ([], 400),
        ({"word": "causes", "other": "evt-nope"}, 404),
        (b"[" * 70_000, 400),
    ],
)
def test_what_cannot_be_said_is_refused(two, guarded, body, status) -> None:
    found, _, text = guarded().ask("POST", f"/api/events/{WAVE.id}/relations", body)
    assert (found, set(json.loads(text))) == (status, {"code", "message"})


def test_who_says_so_is_who_holds_the_token(two, guarded, tokens) -> None:
    reader, writer = tokens.add("ada", ("read",)), tokens.add("ben", ("read", "write"))
    server, path = guarded(access=Access(tokens=tokens)), f"/api/events/{WAVE.id}/relations"
    said = {"word": "follows", "other": FLARE.id}
    assert server.ask("POST", path, said)[0] == 401
    assert server.ask("POST", path, said, Authorization=f"Bearer {reader}")[0] == 403
    assert json.loads(server.ask("POST", path, said, Authorization=f"Bearer {writer}")[2])["by"] == "ben"
    assert server.ask("DELETE", f"{path}/rel-nope", Authorization=f"Bearer {writer}")[0] == 404


def test_hek_clients_and_voevents_read_it(two) -> None:
    relate(two.catalogue, WAVE.id, "is_caused_by", FLARE.id, by="ada")
    flares = "/hek/her?cmd=search&cosec=2&event_type=fl&event_starttime=2022-03-28T00:00:00&event_endtime=2022-03-29T00:00:00"
    [edge] = two.get(flares).json["association"]
    assert (edge["first_id"], edge["edge_type"], edge["second_id"], edge["reported_by"]) == (
        FLARE.id,
        "causes",
        WAVE.id,
        "ada",
    )
    written = ET.fromstring(two.get(f"/hek/her?cmd=export-voevent&ivorn={edge['second_ivorn']}").body)
    [reference] = [one.attrib for one in written.iter("Reference") if one.get("name") == "Edge"]
    assert reference == {"name": "Edge", "type": "is_caused_by", "uri": edge["first_ivorn"]}
    for form, mark in (("voevent", "is_caused_by"), ("voevent2", "#is_caused_by"), ("hek", '"edge_type": "causes"')):
        assert mark in two.get(f"/export/{form}").text
