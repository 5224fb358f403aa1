"""Records under HEK's names."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, EventStatus, hek_record
from support.factories import at, make_event

# contracts of HEK: required for every class, less what the knowledge base fills itself
REQUIRED = [
    "event_type",
    "event_starttime",
    "event_endtime",
    "event_coordsys",
    "event_coordunit",
    "event_coord1",
    "event_coord2",
    "event_c1error",
    "event_c2error",
    "boundbox_c1ll",
    "boundbox_c2ll",
    "boundbox_c1ur",
    "boundbox_c2ur",
    "frm_contact",
    "frm_daterun",
    "frm_humanflag",
    "frm_identifier",
    "frm_institute",
    "frm_name",
    "frm_paramset",
    "frm_url",
    "obs_observatory",
    "obs_instrument",
    "obs_channelid",
    "obs_meanwavel",
    "obs_wavelunit",
]


def test_all_classes_of_hek() -> None:
    assert len(EVENT_CLASSES) == 28
    for code in EVENT_CLASSES:
        assert hek_record(make_event(event_type=code))["concept"].replace(" ", "") == EVENT_CLASSES[code]


def test_record_has_what_every_class_requires() -> None:
    record = hek_record(make_event())
    assert set(REQUIRED) <= set(record)
    assert record["event_peaktime"]


def test_record_is_in_the_wire_format() -> None:
    record = hek_record(make_event(event_peaktime=None, event_probability=None, event_starttime=at(0.5)))
    assert record["event_starttime"] == "2022-03-28T00:00:30"
    assert record["event_peaktime"] == ""
    assert record["event_probability"] is None
    assert (record["noposition"], record["frm_humanflag"], record["active"]) == ("true", "false", "true")
    assert record["fl_goescls"] == "M4.0"
    assert all(value is None or isinstance(value, (str, int, float)) for value in record.values())


def test_a_withdrawn_record_is_not_active() -> None:
    record = hek_record(make_event(status=EventStatus.RETRACTED))
    assert (record["active"], record["hs_status"]) == ("false", "retracted")


def test_span() -> None:
    event = make_event(60, 70)
    assert (event.time_range.start, event.time_range.end) == (at(60), at(70))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_type": "XX"}, "unknown event type"),
        ({"event_endtime": at(0)}, "before its start"),
        ({"event_starttime": at().replace(tzinfo=None)}, "event_starttime"),
        ({"frm_daterun": at().replace(tzinfo=None)}, "frm_daterun"),
        ({"event_coord1": float("nan")}, "event_coord1"),
        ({"event_probability": float("inf")}, "event_probability"),
        ({"attributes": {"fl_peakflux": float("nan")}}, "fl_peakflux"),
    ],
)
def test_refuses(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        make_event(**changes)
