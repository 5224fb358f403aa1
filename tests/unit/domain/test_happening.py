"""Records of several methods and places become happenings."""

import gzip
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.event import Event
from helioscribe.domain.footprint import footprint
from helioscribe.domain.happening import distance, group_happenings, link
from helioscribe.domain.rotation import rotation_rate
from support.data import real_file
from support.factories import at, make_event


def goes(start: float, end: float, **changes) -> Event:
    values = {
        "id": f"evt-goes-{start:g}",
        "detector": "",
        "frm_name": "SWPC",
        "obs_observatory": "GOES",
        "obs_instrument": "XRS",
        "frm_daterun": at(3000),
        "attributes": {"fl_goescls": "M4.0"},
        "event_peaktime": None,
    }
    return make_event(start, end, **values | changes)


def stix(start: float, end: float, **changes) -> Event:
    values = {"id": f"evt-stix-{start:g}", "attributes": {"hs_light_travel_time": 338.4}, "event_peaktime": None}
    return make_event(start, end, **values | changes)


def placed(event_of, start: float, end: float, x: float, y: float, wide: float = 2.0, **changes) -> Event:
    box = {"boundbox_c1ll": x - wide, "boundbox_c1ur": x + wide, "boundbox_c2ll": y - wide, "boundbox_c2ur": y + wide}
    values = {"noposition": False, "event_coordsys": "UTC-HGS-TOPO", "event_coord1": x, "event_coord2": y}
    return event_of(start, end, **values | box | changes)


def ids(found) -> list[set[str]]:
    return [{event.id for event in one.members} for one in found]


def test_one_flare_of_two_instruments() -> None:
    found = group_happenings([stix(681, 720), goes(678, 725)])
    assert ids(found) == [{"evt-stix-681", "evt-goes-678"}]
    assert found[0].preferred.id == "evt-goes-678"
    assert found[0].why == ("has a GOES class",)
    assert found[0].links[0].reasons == ("share 39 min at the Earth", "the position of one is unknown")


def test_times_without_the_light_travel_time_may_lie_minutes_apart() -> None:
    far = stix(660, 675, attributes={"hs_time_frame": "observer"})
    assert len(group_happenings([far, goes(680, 700)])) == 1
    assert len(group_happenings([stix(660, 675), goes(680, 700)])) == 2


def test_the_light_travel_time_of_a_neighbour_puts_clocks_right() -> None:
    raw = [stix(start, start + 3, attributes={"hs_time_frame": "observer"}) for start in (100.0, 106.0)]
    seen = [goes(start, start + 3) for start in (106.0, 112.0)]  # six minutes later at the Earth
    wrong = [{"evt-stix-100", "evt-goes-112"}, {"evt-stix-106", "evt-goes-106"}]
    assert ids(group_happenings([*raw, *seen])) == wrong
    told = stix(1500, 1503, id="evt-told", frm_name="located", attributes={"hs_light_travel_time": 360.0})
    found = group_happenings([*raw, *seen, told])
    assert ids(found)[:2] == [{"evt-stix-100", "evt-goes-106"}, {"evt-stix-106", "evt-goes-112"}]
    assert found[0].links[0].reasons[0] == "share 3 min at the Earth"
    assert found[0].members[0] == raw[0]  # as it was recorded
    long_ago = replace(told, event_starttime=at(-10_000), event_endtime=at(-9_997))
    assert ids(group_happenings([*raw, *seen, long_ago]))[1:] == wrong


def test_of_one_clock_minutes_count_though_nobody_knows_how_far_it_was() -> None:
    one = stix(100, 103, attributes={"hs_time_frame": "observer"})
    other = replace(stix(107, 110, attributes={"hs_time_frame": "observer"}), frm_name="another method")
    assert len(group_happenings([one, other])) == 2
    near = replace(other, event_starttime=at(101), event_endtime=at(104))
    assert group_happenings([one, near])[0].links[0].reasons[0] == "share 2 min at the observer"


def test_the_operational_list_of_stix_meets_the_one_with_locations() -> None:
    from helioscribe.runtime.catalogues.reading import events_of, rows_of

    records = []
    for name in (
        "stix_operational_flare_list_20210106_20230706",
        "STIX_flarelist_w_locations_20210214_20230901_version1",
    ):
        with gzip.open(real_file(f"stix_lightcurves/flare_lists/{name}.csv.gz"), "rb") as file:
            lines = [line for number, line in enumerate(file) if number == 0 or b"2022-03-30" in line]
        records += events_of(rows_of(b"".join(lines)), origin=name, failed=lambda *told: pytest.fail(str(told)))
    pairs = [one.members for one in group_happenings(records) if len(one.members) == 2]
    clocks = [{event.attributes["hs_observer_peaktime"][:19].replace(" ", "T") for event in pair} for pair in pairs]
    assert len(pairs) > 20
    assert all(len(clock) == 1 for clock in clocks)  # the same moment on board


def test_of_one_method_there_is_one_record_and_the_best_fits_first() -> None:
    found = group_happenings([goes(0, 60), stix(2, 20), stix(30, 61), goes(65, 70)])
    assert ids(found) == [{"evt-goes-0", "evt-stix-30"}, {"evt-stix-2"}, {"evt-goes-65"}]


def test_places_decide_where_both_know_one() -> None:
    east = placed(stix, 0, 30, -60, 15)
    assert len(group_happenings([east, placed(goes, 5, 25, -57, 17)])) == 1
    assert len(group_happenings([east, placed(goes, 5, 25, 40, -10)])) == 2


def test_what_is_behind_the_limb_was_not_seen_from_the_earth() -> None:
    behind = placed(stix, 0, 30, 150, 10)
    assert link(behind, goes(0, 30)) is None
    assert link(placed(stix, 0, 30, 80, 10), goes(0, 30)) is not None
    other_side = placed(goes, 0, 30, 150, 10, obs_observatory="STEREO_A", frm_name="EUVI")
    assert link(behind, other_side) is not None


def test_regions_are_met_again_a_day_later_where_the_sun_has_turned_them() -> None:
    first = placed(goes, 0, 1, 0, 10, event_type="AR", frm_name="SPoCA")
    turned = placed(
        goes, 1200, 1201, rotation_rate(10) * 1200 / 1440, 10, event_type="AR", frm_name="ar-detectnet", id="b"
    )
    stays = placed(goes, 1200, 1201, -25, 10, event_type="AR", frm_name="ar-detectnet", id="c")
    assert link(first, turned) is not None
    assert link(first, stays) is None


def test_other_classes_and_peaks_far_apart_are_other_happenings() -> None:
    assert link(goes(0, 30), stix(0, 30, event_type="CJ")) is None
    long = {"event_peaktime": at(5)}, {"event_peaktime": at(55)}
    assert link(goes(0, 60, **long[0]), stix(50, 60, **long[1])) is None


@given(st.floats(-80, 80), st.floats(-60, 60), st.floats(0, 20))
def test_the_sun_turns_places_together(x: float, y: float, days: float) -> None:
    here = footprint(placed(goes, 0, 1, x, y)).surface
    there = footprint(placed(goes, 0, 1, x + rotation_rate(y) * days, y)).surface
    assert here is not None
    assert there is not None
    assert distance(here, there, timedelta(days=days)) == pytest.approx(0, abs=1e-3)


def some_events(seed: int) -> list[Event]:
    rng = random.Random(seed)
    found = []
    for number in range(rng.randrange(1, 25)):
        start = rng.uniform(0, 300)
        make = rng.choice([goes, stix, lambda *args, **more: placed(goes, *args, rng.uniform(-90, 90), 10.0, **more)])
        name = rng.choice(["SWPC", "SSW", "LSTM"])
        found.append(
            make(start, start + rng.uniform(0, 60), id=f"evt-{number}", frm_name=name, frm_daterun=at(rng.randrange(9)))
        )
    return found


@given(st.integers(0, 10**6), st.randoms())
def test_every_record_has_one_happening_whatever_their_order(seed: int, rng: random.Random) -> None:
    events = some_events(seed)
    found = group_happenings(events)
    assert sorted(event.id for one in found for event in one.members) == sorted(event.id for event in events)
    rng.shuffle(events)
    assert group_happenings(events) == found


@given(st.integers(0, 10**6))
def test_members_are_linked_and_of_different_methods(seed: int) -> None:
    for one in group_happenings(some_events(seed)):
        methods = [(event.detector, event.frm_name, event.obs_instrument, event.obs_channelid) for event in one.members]
        assert len(set(methods)) == len(methods)
        assert one.preferred in one.members
        known = {event.id: event for event in one.members}
        assert len(one.links) == len(one.members) - 1
        assert all(link(known[each.first], known[each.second]) == each for each in one.links)


@given(st.integers(0, 10**6))
def test_the_id_stays_when_a_later_run_joins(seed: int) -> None:
    events = some_events(seed)
    before = group_happenings(events)[0]
    first = before.members[0]
    twin = make_event(id="evt-late", frm_name="a late method", frm_daterun=at(5000), attributes={}, event_peaktime=None)
    from dataclasses import replace

    twin = replace(twin, event_starttime=first.event_starttime, event_endtime=first.event_endtime)
    after = {event.id: one.id for one in group_happenings([*events, twin]) for event in one.members}
    founders = {
        min(one.members, key=lambda event: (event.frm_daterun, event.id)).id
        for one in group_happenings([*events, twin])
    }
    founder = min(before.members, key=lambda event: (event.frm_daterun, event.id)).id
    if founder in founders:
        assert after[founder] == before.id


def test_the_x69_flare_of_2011_as_hek_has_it() -> None:
    """HEK holds twelve records of it: of SWPC, SSW, a person, and the Flare Detective on several channels."""
    import json

    from helioscribe.domain.hek.imported import event_of_row

    rows = json.loads(real_file("hek/hek_fl_20110809.json").read_text())["result"]
    found = group_happenings(event_of_row(row, origin="hek") for row in rows)
    (great,) = (one for one in found if one.preferred.attributes.get("fl_goescls") == "X6.9")
    assert great.preferred.frm_name == "SSW Latest Events"
    assert great.why == ("has a GOES class", "has a place", "has a peak time")
    assert {"SWPC", "Flare Detective - Trigger Module"} < {event.frm_name for event in great.members}
