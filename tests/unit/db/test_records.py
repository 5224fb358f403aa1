"""Nouns become JSON and come back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from helioscribe.db.records import from_record, to_record
from helioscribe.domain.detection import Detection, Provenance
from helioscribe.domain.event import Event
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from support.factories import make_card, make_detection, make_event, make_observation, make_provenance

TEXT = st.text(max_size=20)
VALUES = st.one_of(TEXT, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))


def through_json(value):
    return from_record(type(value), json.loads(json.dumps(to_record(value), allow_nan=False)))


def test_all_nouns() -> None:
    for noun in (make_card(), make_detection(), make_event(), make_observation(), make_provenance()):
        assert through_json(noun) == noun
    assert {type(noun) for noun in (make_card(), make_detection())} == {ModelCard, Detection}


@given(values=st.dictionaries(TEXT, VALUES, max_size=5), text=TEXT)
def test_values_keep_their_types(values, text: str) -> None:
    event = through_json(make_event(attributes=values, frm_name=text))
    assert event == make_event(attributes=values, frm_name=text)
    assert {key: type(value) for key, value in event.attributes.items()} == {k: type(v) for k, v in values.items()}


def test_older_records_take_defaults() -> None:
    record = to_record(make_event())
    del record["event_coordsys"]
    assert from_record(Event, record) == make_event()


def test_newer_records_lose_what_is_unknown() -> None:
    assert from_record(Observation, to_record(make_observation()) | {"colour": "red"}) == make_observation()


def test_nothing_stays_nothing() -> None:
    bare = make_provenance(observer=None)
    assert to_record(bare)["observer"] is None
    assert from_record(Provenance, to_record(bare)).observer is None
