"""Detections become events."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.association import MERGED, EventChange, associate
from helioscribe.domain.coordinates import Box, Observer, Position
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.identity import digest
from helioscribe.domain.sighting import Sighting
from support.factories import at, make_detection, make_method, make_observation, make_provenance

EARTH = Observer(name="SDO", hgs_longitude=0.01, hgs_latitude=-6.7, distance=0.998)


def seen(start: float, end: float, *, run: int = 0, day: str = "V01", **changes) -> Sighting:
    """What run number `run` of the detector saw in a file."""
    method = make_method(model_sha256=digest(f"weights {run}".encode()))
    provenance = make_provenance(make_observation(day), method=method, **changes.pop("provenance", {}))
    return Sighting.of(make_detection(start, end, provenance=provenance, **changes), at(2000 + run))


class Book:
    """A catalogue that associates portion by portion, with all that it knows."""

    def __init__(self) -> None:
        self.sightings: dict[str, Sighting] = {}
        self.events: dict[str, Event] = {}
        self.log: list[EventChange] = []

    def add(self, *sightings: Sighting) -> list[str]:
        self.sightings |= {one.id: one for one in sightings}
        changes = associate(self.sightings.values(), self.events.values())
        for change in changes:
            before = self.events.get(change.event.id)
            assert change.event.revision == (before.revision + 1 if before else 1)
            self.events[change.event.id] = change.event
        self.log += changes
        return [change.reason for change in changes]

    @property
    def standing(self) -> list[Event]:
        chosen = [event for event in self.events.values() if event.status is not EventStatus.RETRACTED]
        return sorted(chosen, key=lambda event: (event.event_starttime, event.id))


def minutes(event: Event) -> tuple[float, float]:
    """Start and end in minutes of the observer's day."""
    delay = timedelta(seconds=event.attributes.get("hs_light_travel_time", 0.0))
    return tuple(
        (moment - delay - at()) / timedelta(minutes=1) for moment in (event.event_starttime, event.event_endtime)
    )


class TestOneDetection:
    def test_becomes_a_record_in_the_earths_time(self):
        book = Book()
        assert book.add(seen(680, 720)) == ["first detection"]
        [event] = book.standing
        assert event.event_starttime == at(680) + timedelta(seconds=338.4)
        assert event.event_peaktime == at(690) + timedelta(seconds=338.4)
        assert event.event_endtime == at(720) + timedelta(seconds=338.4)
        assert event.attributes["hs_observer_starttime"] == "2022-03-28T11:20:00"
        assert event.attributes["hs_observer_peaktime"] == "2022-03-28T11:30:00"
        assert event.attributes["hs_observer_endtime"] == "2022-03-28T12:00:00"
        assert event.attributes["hs_light_travel_time"] == 338.4
        assert event.attributes["hs_time_frame"] == "earth"
        assert event.frm_daterun == at(2000)
        assert event.frm_versionnumber == 1.0
        assert event.revision == 1

    def test_stays_in_the_observers_time_without_a_light_travel_time(self):
        book = Book()
        book.add(seen(680, 720, provenance={"light_travel_time": None}))
        [event] = book.standing
        assert event.event_starttime == at(680)
        assert event.attributes["hs_time_frame"] == "observer"
        assert "hs_light_travel_time" not in event.attributes

    def test_has_heks_defaults_without_a_place(self):
        book = Book()
        book.add(seen(680, 720))
        [event] = book.standing
        assert event.noposition
        assert (event.event_coord1, event.event_c1error, event.boundbox_c1ll) == (0.0, 90.0, -89.9)

    def test_again_changes_nothing(self):
        book = Book()
        book.add(seen(680, 720))
        assert book.add(seen(680, 720)) == []


class TestFlares:
    def test_of_one_run_stay_distinct_even_where_they_overlap(self):
        book = Book()
        book.add(seen(10, 30), seen(20, 60), seen(22, 28))
        assert len(book.standing) == 3

    def test_seen_by_a_newer_run_are_one_event_with_the_newer_values(self):
        book = Book()
        book.add(seen(10, 30))
        assert book.add(seen(12, 34, run=1, probability=0.5)) == [f"seen by a newer run: {seen(12, 34, run=1).id}"]
        [event] = book.standing
        assert minutes(event) == (12, 34)
        assert event.event_probability == 0.5
        assert event.revision == 2
        assert event.detection_ids == (seen(10, 30).id, seen(12, 34, run=1).id)

    def test_seen_by_an_older_run_keep_their_values(self):
        book = Book()
        book.add(seen(12, 34, run=1))
        assert book.add(seen(10, 30)) == ["seen by another run"]
        [event] = book.standing
        assert minutes(event) == (12, 34)
        assert len(event.detection_ids) == 2

    def test_seen_in_a_newer_version_of_the_file_name_both_files(self):
        book = Book()
        book.add(seen(10, 30), seen(10.1, 30, run=1, day="V02"))
        [event] = book.standing
        assert event.observation_ids == (make_observation("V01").id, make_observation("V02").id)

    def test_that_barely_touch_are_two(self):
        book = Book()
        book.add(seen(10, 30), seen(29, 60, run=1))
        assert len(book.standing) == 2

    def test_of_other_detectors_or_instruments_are_other_events(self):
        book = Book()
        other = make_provenance(method=make_method(detector="xray-threshold"))
        book.add(
            seen(10, 30),
            seen(10, 30, run=1, provenance={"instrument": "XRS"}),
            Sighting.of(make_detection(10, 30, provenance=other), at(2000)),
        )
        assert len(book.standing) == 3

    def test_that_a_newer_run_takes_for_one_are_merged_and_later_told_apart(self):
        book = Book()
        book.add(seen(10, 20), seen(20, 40))
        first, second = book.standing
        book.add(seen(10, 40, run=1))
        assert [event.id for event in book.standing] == [first.id]
        assert book.events[second.id].attributes[MERGED] == first.id
        reasons = book.add(seen(10, 20, run=2), seen(20, 40, run=2))
        assert "told apart by a newer run" in reasons
        assert [event.id for event in book.standing] == [first.id, second.id]
        assert all(MERGED not in event.attributes for event in book.standing)

    def test_that_a_person_withdrew_stay_withdrawn(self):
        book = Book()
        book.add(seen(10, 30))
        [event] = book.standing
        book.events[event.id] = replace(event, status=EventStatus.RETRACTED, revision=2)
        book.add(seen(11, 30, run=1))
        assert book.standing == []
        assert book.events[event.id].detection_ids[-1] == seen(11, 30, run=1).id


class TestClippedFlares:
    def test_are_open_until_the_next_file_closes_them(self):
        book = Book()
        book.add(seen(1430, 1440, clipped=True))
        [event] = book.standing
        assert event.status is EventStatus.OPEN
        late = seen(1440, 1460, run=1, day="next", clipped=True, measurements={"fl_peakflux": 5.0})
        assert book.add(late) == ["closed by later data"]
        [closed] = book.standing
        assert (closed.id, closed.status, minutes(closed)) == (event.id, EventStatus.CLOSED, (1430, 1460))

    def test_take_their_values_from_the_brighter_part(self):
        book = Book()
        bright = {"fl_peakflux": 90.0, "fl_peakfluxunit": "ct/s"}
        faint = {"fl_peakflux": 7.0, "fl_peakfluxunit": "ct/s"}
        book.add(seen(1430, 1440, clipped=True, measurements=bright, peak_time=at(1439)))
        book.add(seen(1440, 1460, run=1, day="next", clipped=True, measurements=faint, peak_time=at(1441)))
        [event] = book.standing
        assert event.attributes["hs_peakflux"] == 90.0
        assert event.attributes["hs_observer_peaktime"] == "2022-03-28T23:59:00"
        assert event.attributes["hs_observer_endtime"] == "2022-03-29T00:20:00"

    def test_are_joined_over_three_files_in_any_order(self):
        parts = [seen(60 * k, 60 * k + 60, run=k, day=f"hour {k}", clipped=True) for k in range(3)]
        for order in ([0, 1, 2], [0, 2, 1], [2, 0, 1], [1, 0, 2]):
            book = Book()
            for k in order:
                book.add(parts[k])
            assert [minutes(event) for event in book.standing] == [(0, 180)]

    def test_are_not_joined_over_a_gap_or_with_a_whole_flare(self):
        book = Book()
        book.add(seen(1430, 1440, clipped=True), seen(1442, 1460, run=1, day="next", clipped=True))
        assert len(book.standing) == 2
        book = Book()
        book.add(seen(1430, 1440, clipped=True), seen(1440, 1460, run=1, day="next"))
        assert len(book.standing) == 2

    def test_seen_whole_in_a_fuller_file_are_closed(self):
        book = Book()
        book.add(seen(700, 720, clipped=True))
        book.add(seen(700, 735, run=1, day="V02"))
        [event] = book.standing
        assert (minutes(event), event.status) == ((700, 735), EventStatus.CLOSED)


def placed(start: float, tx: float, ty: float, *, run: int, **changes) -> Sighting:
    """An active region in one image."""
    box = Box(lower_left=Position(tx=tx - 60, ty=ty - 40), upper_right=Position(tx=tx + 60, ty=ty + 40))
    values = {"event_type": "AR", "peak_time": None, "measurements": {}, "clipped": True, "box": box}
    values |= {"position": Position(tx=tx, ty=ty), "provenance": {"observer": EARTH, "light_travel_time": 0.0}}
    return seen(start, start, run=run, day=f"image {run}", **values | changes)


class TestPlaces:
    def test_a_region_is_followed_as_the_sun_turns(self):
        book = Book()
        book.add(placed(0, -300, 200, run=0))
        book.add(placed(1200, -140, 200, run=1))
        [event] = book.standing
        assert minutes(event) == (0, 1200)
        assert event.status is EventStatus.OPEN

    def test_what_did_not_turn_with_the_sun_is_another_region(self):
        book = Book()
        book.add(placed(0, -300, 200, run=0), placed(1200, -300, 200, run=1))
        assert len(book.standing) == 2

    def test_two_regions_at_a_time_are_two_events(self):
        book = Book()
        for run in range(3):
            book.add(placed(60 * run, -300, 200, run=run), placed(60 * run, 400, -250, run=run))
        assert [len(event.detection_ids) for event in book.standing] == [3, 3]

    def test_a_place_seen_from_the_earth_is_helioprojective(self):
        book = Book()
        book.add(placed(0, -300, 200, run=0))
        [event] = book.standing
        assert (event.event_coordsys, event.event_coordunit) == ("UTC-HPC-TOPO", "arcsec,arcsec")
        assert (event.event_coord1, event.boundbox_c1ll, event.boundbox_c2ur) == (-300, -360, 240)
        assert not event.noposition

    def test_a_place_seen_from_elsewhere_is_heliographic(self):
        orbiter = Observer(name="Solar Orbiter", hgs_longitude=-83.5, hgs_latitude=-3.1, distance=0.33)
        book = Book()
        book.add(placed(0, 0, 0, run=0, provenance={"observer": orbiter}))
        [event] = book.standing
        assert (event.event_coordsys, event.event_coordunit) == ("UTC-HGS-TOPO", "deg,deg")
        assert (event.event_coord1, event.event_coord2) == pytest.approx((-83.5, -3.1))
        assert event.boundbox_c1ll < -83.5 < event.boundbox_c1ur
        assert event.attributes["hs_observer_tx"] == 0

    def test_flares_at_the_same_time_in_two_places_are_two(self):
        book = Book()
        for run, tx in enumerate((-300, 300)):
            book.add(placed(10, tx, 200, run=run, event_type="FL"))
        assert len(book.standing) == 2


@st.composite
def runs(draw) -> list[Sighting]:
    """Flares of a few runs on a few files, on a coarse grid so that many meet."""
    found = []
    for run in range(draw(st.integers(1, 4))):
        day = draw(st.sampled_from(["V01", "V02"]))
        for start, length, clipped in draw(
            st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8), st.booleans()), max_size=5)
        ):
            flux = {"fl_peakflux": float(length)}
            found.append(seen(start, start + length, run=run, day=day, clipped=clipped, measurements=flux))
    return list({one.id: one for one in found}.values())


def told(events: list[Event]) -> list[object]:
    """Events without what depends on history."""
    return sorted((replace(event, id="", revision=1) for event in events), key=repr)


@given(st.data())
def test_neither_order_nor_portions_nor_repetitions_change_the_events(data):
    sightings = data.draw(runs())
    at_once = Book()
    at_once.add(*sightings)

    shuffled = data.draw(st.permutations(sightings))
    in_portions = Book()
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        again = data.draw(st.lists(st.sampled_from([*in_portions.sightings.values(), *shuffled[:size]]), max_size=3))
        in_portions.add(*shuffled[:size], *again)
        shuffled = shuffled[size:]
    assert told(in_portions.standing) == told(at_once.standing)
    assert at_once.add(*data.draw(st.permutations(sightings))) == []
    assert in_portions.add(*sightings) == []


@given(st.data())
def test_the_order_within_a_portion_does_not_even_change_the_ids(data):
    sightings = data.draw(runs())
    one, other = Book(), Book()
    one.add(*sightings)
    other.add(*data.draw(st.permutations(sightings)))
    assert one.events == other.events


@given(st.data())
def test_portions_of_one_run_do_not_change_the_ids(data):
    spans = data.draw(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=8))
    sightings = data.draw(st.permutations(list({s: seen(s[0], s[0] + s[1]) for s in spans}.values())))
    one, other = Book(), Book()
    one.add(*sightings)
    for sighting in sightings:
        other.add(sighting)
    assert one.events == other.events


@given(runs())
def test_every_detection_stands_behind_one_event_and_no_run_is_merged_with_itself(sightings):
    book = Book()
    book.add(*sightings)
    behind = [detection_id for event in book.standing for detection_id in event.detection_ids]
    assert sorted(behind) == sorted(one.id for one in sightings)
    newest = max((one.ran for one in sightings), default=None)
    latest = [one for one in sightings if one.ran == newest and not one.detection.clipped]
    owners = {one.id: event.id for one in latest for event in book.standing if one.id in event.detection_ids}
    assert len(set(owners.values())) == len(latest)


@given(runs(), st.data())
def test_a_part_of_the_catalogue_gives_the_same_events_as_the_whole(sightings, data):
    """The handler gives only what is near: whole events, which associate again to themselves."""
    book = Book()
    book.add(*sightings)
    chosen = data.draw(st.sets(st.sampled_from([event.id for event in book.standing])) if sightings else st.just(set()))
    members = [book.sightings[one] for name in chosen for one in book.events[name].detection_ids]
    assert associate(members, [book.events[name] for name in chosen]) == []
