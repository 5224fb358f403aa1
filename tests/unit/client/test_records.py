"""The write side over gRPC: what a token of the scope `write` may enter, and what it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helioscribe.client import Client
from helioscribe.domain.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from helioscribe.domain.event import EventStatus
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.runtime.auth import TokenFile
from support.factories import make_change, make_event
from support.hek import ROW
from support.wired import wired

FOUND = make_event(id="evt-" + "5" * 32, detector="stix-lstm")


@pytest.fixture
def server(tmp_path):
    tokens = TokenFile(tmp_path / "tokens.json")
    shown = {
        name: tokens.add(name, scopes)
        for name, scopes in {
            "anna": ("read", "write"),
            "ben": ("read", "review"),
            "web": ("read", "write", "worker"),
        }.items()
    }
    with wired(tokens_file=str(tmp_path / "tokens.json")) as server:
        server.catalogue.apply([make_change(FOUND)], associated=[])
        yield server, shown


@pytest.fixture
def anna(server):
    with Client(server[0].url, token=server[1]["anna"], timeout=20) as client:
        yield client


def test_a_record_its_revision_and_its_end(server, anna) -> None:
    (name,) = anna.records.submit([ROW])
    assert anna.records.submit([ROW | {"fl_goescls": "M4.2"}]) == [name]
    assert (anna.event(name).revision, anna.event(name).attributes["fl_goescls"]) == (2, "M4.2")
    gone = anna.records.retract(name, reason="a\nmistake")
    assert (gone.status, gone.revision) == (EventStatus.RETRACTED, 3)
    log = [one.reason for one in server[0].catalogue.revisions(name)]
    assert log == ["submitted, by anna", "submitted, by anna", "retracted by anna: a mistake"]
    with pytest.raises(NotFoundError):
        anna.records.retract("evt-" + "0" * 32)


def test_a_relation_is_signed(server, anna) -> None:
    (name,) = anna.records.submit([ROW])
    said = anna.records.relate(name, "is_associated_with", FOUND.id, by="somebody else")
    assert said.by == "somebody else via anna"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": FOUND.id}, "was found by stix-lstm"),
        ({"id": "evt-short"}, "32 hexadecimal digits"),
        ({"id": 'evt-1"\r\nSet-Cookie: x'}, "32 hexadecimal digits"),
        ({"attributes": {"fl_peakflux": 1.0, "fl_peakfluxunit": "bananas"}}, "fl_peakflux"),
        ({"attributes": {"../etc": 1.0}}, "expected letters, digits and underscores"),
        ({"obs_instrument": ""}, "lacks obs_instrument"),
        ({"attributes": {"kb_archivid": f"ivo://any/FL_x_{'5' * 32}"}}, "was found by stix-lstm"),
    ],
)
def test_what_would_break_clients_or_detectors_events_is_refused(server, anna, change, said) -> None:
    event = replace(make_event(id="", detector=""), **change)
    with pytest.raises(InvalidInputError, match=said):
        anna.catalogue.import_events([event])
    assert server[0].catalogue.event(FOUND.id) == FOUND


def test_nobody_else_says_what_a_detector_found(server, anna) -> None:
    forged = replace(FOUND, id="evt-" + "7" * 32, revision=9, detection_ids=("det-1",), observation_ids=("obs-1",))
    anna.catalogue.import_events([forged])
    kept = server[0].catalogue.event(forged.id)
    assert (kept.detector, kept.detection_ids, kept.observation_ids, kept.revision) == ("", (), (), 1)
    assert kept.attributes["hs_origin"] == "submitted by anna"


def test_what_imports_made_stays_as_it_is(server, anna) -> None:
    event = event_of_row(ROW | {"fl_peakflux": "2e-5", "fl_peakfluxunit": "W/m2"}, origin="https://hek.example/her")
    anna.catalogue.import_events([event])
    assert server[0].catalogue.event(event.id) == event


def test_only_the_scope_write_opens_it(server) -> None:
    with Client(server[0].url, token=server[1]["ben"], timeout=20) as ben:
        for call in (lambda: ben.records.submit([ROW]), lambda: ben.records.retract(FOUND.id)):
            with pytest.raises(PermissionDeniedError, match="lacks the scope write"):
                call()
