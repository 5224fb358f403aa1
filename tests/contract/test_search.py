"""Every `Catalogue` finds what `EventQuery.holds` says, in the order of `EventQuery.key`."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.query import CountBy, EventQuery, Order
from helioscribe.domain.search_region import Frame, SearchBox, SearchCone
from helioscribe.ports.catalogue import Catalogue
from support.factories import at, make_change, make_event, span

TYPES = ("FL", "AR", "CJ", "CH")
DURATIONS = (0, 1, 30, 120, 121, 1440, 5000, 23040, 23041, 200_000, 600_000)
VALUES = [
    "M1.0",
    "C9.9",
    "X10",
    "m",
    "GOES",
    "STIX",
    "st%",
    "%o_e%",
    "12975",
    "0.5",
    "true",
    "",
    "none",
    "Ä%",
    "-3.5",
    "\\",
]
COLUMNS = [
    "fl_goescls",
    "ar_noaanum",
    "event_probability",
    "frm_name",
    "obs_instrument",
    "obs_observatory",
    "hs_note",
    "hs_mixed",
    "frm_humanflag",
    "noposition",
    "active",
    "obs_meanwavel",
    "revision",
    "event_type",
    "concept",
    "kb_archivid",
    "hs_status",
    "hs_detector",
    "obs_wavelunit",
    "event_coord1",
    "frm_versionnumber",
    "attributes",
    "id",
    "status",
]
TIMES = ["event_starttime", "event_peaktime", "event_endtime", "frm_daterun"]
OPERATORS = ["=", "!=", "<", ">", "<=", ">=", "like"]


def some_event(number: int, rng: random.Random) -> Event:
    start = rng.randrange(-50_000, 50_000) / rng.choice([1, 60])
    frame, unit = rng.choice([("HPC", "arcsec,arcsec"), ("HGS", "deg,deg"), ("HGC", "deg,deg"), ("HRC", "deg,rsun")])
    reach = {"HPC": (1100, 1100), "HGS": (180, 80), "HGC": (360, 80), "HRC": (360, 3)}[frame]
    x, y, wide = rng.uniform(-1, 1) * reach[0], rng.uniform(-1, 1) * reach[1], rng.uniform(0, 0.2) * reach[1]
    attributes = {
        "fl_goescls": rng.choice(["M1.0", "C9.9", "X10", "nonsense", "", 5]),
        "ar_noaanum": rng.choice([12975, 12976, "12975", 0.5, 10**20]),
        "hs_note": rng.choice(["GOES", "a_b", "Älter", "say 'no'", "50%"]),
        "hs_mixed": rng.choice([True, False, 0.5, -3.5, "0.5", "true", 10**400]),
        "event_description": rng.choice(["a Loop over the limb", "GOES and STIX"]),
    }
    kept = [name for name in attributes if rng.random() < 0.6]
    return make_event(
        start,
        start + rng.choice(DURATIONS),
        id=f"evt-{number:04}",
        event_type=rng.choice(TYPES),
        event_peaktime=at(start) if rng.random() < 0.5 else None,
        event_probability=rng.choice([None, 0.1, 0.5, 0.9]),
        frm_name=rng.choice(["SPoCA", "STIX flare list", "SWPC"]),
        frm_versionnumber=rng.choice([1.0, 1.2, 2.0]),
        frm_humanflag=rng.random() < 0.5,
        frm_daterun=at(rng.randrange(5)),
        obs_observatory=rng.choice(["GOES", "SDO", ""]),
        obs_instrument=rng.choice(["STIX", "AIA"]),
        obs_meanwavel=rng.choice([None, 0.5]),
        detector=rng.choice(["stix-lstm", "ar-detectnet", ""]),
        status=rng.choice(list(EventStatus)),
        noposition=rng.random() < 0.3,
        event_coordsys=f"UTC-{frame}-TOPO",
        event_coordunit=unit,
        event_coord1=x,
        event_coord2=y,
        boundbox_c1ll=x - wide,
        boundbox_c1ur=x + wide,
        boundbox_c2ll=y - wide,
        boundbox_c2ur=y + wide,
        attributes={name: attributes[name] for name in kept},
        observation_ids=(rng.choice(["obs-1", "obs-2"]),),
    )


def some_condition(rng: random.Random) -> Condition:
    if rng.random() < 0.2:
        moment = (at() + timedelta(minutes=rng.randrange(-50_000, 50_000))).isoformat()
        return Condition(column=rng.choice(TIMES), operator=rng.choice(OPERATORS), value=rng.choice([moment, ""]))
    return Condition(column=rng.choice(COLUMNS), operator=rng.choice(OPERATORS), value=rng.choice(VALUES))


def some_part(rng: random.Random, frame: Frame):
    x, y = (
        (rng.uniform(-500, 500), rng.uniform(-500, 500))
        if frame == "helioprojective"
        else (rng.uniform(-400, 400), rng.uniform(-60, 60))
    )
    wide = rng.choice([5.0, 20.0, 90.0]) * (10 if frame == "helioprojective" else 1)
    if rng.random() < 0.5:
        return {"cone": SearchCone(frame=frame, x=x, y=y, radius=wide)}
    return {"box": SearchBox(frame=frame, x1=x - wide, x2=x + wide, y1=y - wide, y2=y + wide)}


def some_query(rng: random.Random) -> EventQuery:
    start = rng.randrange(-60_000, 60_000)
    choices = {
        "time_range": span(start, start + rng.choice([0, 60, 1440, 50_000])),
        "event_types": tuple(rng.sample(TYPES, rng.randrange(1, 5))),
        "detectors": tuple(rng.sample(["stix-lstm", "ar-detectnet", ""], rng.randrange(1, 3))),
        "frm_names": ("SPoCA", "SWPC"),
        "versions": (1.0, 1.2),
        "instruments": ("AIA",),
        "observation_id": "obs-1",
        "probability": 0.5,
        "conditions": tuple(some_condition(rng) for _ in range(rng.randrange(1, 3))),
        "text": rng.choice(["goes", "LOOP limb", "stix list", "M1", "_", "%"]),
        "statuses": rng.choice([(), (EventStatus.OPEN,), (EventStatus.RETRACTED, EventStatus.CLOSED)]),
    }
    chosen = {name: value for name, value in choices.items() if rng.random() < 0.25}
    if rng.random() < 0.3:
        chosen |= some_part(rng, rng.choice(list(Frame)))
    order = rng.choice(list(Order))
    return EventQuery(**chosen, contained=rng.random() < 0.3, order=order, descending=rng.random() < 0.5)


def expected(events: list[Event], query: EventQuery) -> list[str]:
    chosen = [event for event in events if query.holds(event)]
    return [event.id for event in sorted(chosen, key=lambda one: (query.key(one), one.id), reverse=query.descending)]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    rng = random.Random(2)
    return [some_event(number, rng) for number in range(150)]


@pytest.fixture
def filled(catalogue: Catalogue, events: list[Event]) -> Catalogue:
    catalogue.apply([make_change(event) for event in events], associated=())
    return catalogue


def test_any_question_finds_what_holds(filled: Catalogue, events: list[Event]) -> None:
    rng = random.Random(3)
    sizes = []
    for query in (some_query(rng) for _ in range(60)):
        found = [event.id for event in filled.search(query)]
        assert found == expected(events, query), query
        sizes.append(len(found))
    assert sum(0 < size < 150 for size in sizes) > 20


def test_each_condition_holds_in_the_database_as_in_the_domain(filled: Catalogue, events: list[Event]) -> None:
    rng = random.Random(4)
    for _ in range(100):
        query = EventQuery(conditions=(some_condition(rng),), statuses=())
        assert [event.id for event in filled.search(query)] == expected(events, query), query.conditions


@pytest.mark.parametrize("frame", Frame)
def test_each_part_of_the_sun_holds_in_the_database_as_in_the_domain(filled: Catalogue, events, frame: Frame) -> None:
    rng = random.Random(5)
    sizes = []
    for _ in range(15):
        query = EventQuery(**some_part(rng, frame), statuses=())
        found = [event.id for event in filled.search(query)]
        assert found == expected(events, query), query
        sizes.append(len(found))
    assert 0 < sum(sizes) < 15 * 150


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_in_any_order(filled: Catalogue, events, order: Order, descending: bool) -> None:
    query = EventQuery(order=order, descending=descending, limit=13)
    pages: list[str] = []
    while page := list(filled.search(query)):
        pages += [event.id for event in page]
        query = query.following(page[-1])
    assert pages == expected(events, replace(query, after=None))


def test_a_year_long_event_is_found_and_hides_nothing(catalogue: Catalogue) -> None:
    freak = make_event(-500_000, 500_000, id="evt-freak")
    usual = [make_event(minute, minute + 10, id=f"evt-{minute}") for minute in (-3000, 0, 100)]
    catalogue.apply([make_change(event) for event in (freak, *usual)], associated=())
    found = catalogue.search(EventQuery(time_range=span(5, 99), event_types=("FL",)))
    assert [event.id for event in found] == ["evt-freak", "evt-0"]


class TestCounts:
    def test_are_those_of_the_search(self, filled: Catalogue, events: list[Event]) -> None:
        rng = random.Random(6)
        for _ in range(15):
            query = replace(some_query(rng), limit=3)
            by = tuple(rng.sample(list(CountBy), rng.randrange(4)))
            chosen = [event for event in events if query.holds(event)]
            groups = Counter(tuple(one.of(event) for one in by) for event in chosen)
            assert filled.counts(query, by=by) == (dict(groups) if by else {(): len(chosen)}), (query, by)

    def test_of_nothing(self, catalogue: Catalogue) -> None:
        assert catalogue.counts(EventQuery()) == {(): 0}
        assert catalogue.counts(EventQuery(), by=(CountBy.TYPE,)) == {}

    def test_days_are_those_of_utc(self, catalogue: Catalogue) -> None:
        catalogue.apply([make_change(make_event(minute, 3000)) for minute in (-1, 0, 1439)], associated=())
        assert catalogue.counts(EventQuery(), by=(CountBy.DAY, CountBy.TYPE)) == {
            ("2022-03-27", "FL"): 1,
            ("2022-03-28", "FL"): 2,
        }


class TestImport:
    def test_everything_comes_back_as_it_was_and_is_found(self, catalogue: Catalogue, events: list[Event]) -> None:
        assert catalogue.import_events(iter(events), reason="from a list") == len(events)
        for event in events[:20]:
            assert catalogue.event(event.id) == event
        query = EventQuery(time_range=span(-10_000, 10_000), statuses=(), event_types=("FL", "AR"))
        assert [event.id for event in catalogue.search(query)] == expected(events, query)
        found = [event.id for event in catalogue.search(EventQuery(observation_id="obs-1", statuses=()))]
        assert found == expected(events, EventQuery(observation_id="obs-1", statuses=()))
        log = catalogue.watch()
        assert [(one.event, one.reason) for one in log] == [(event, "from a list") for event in events]

    def test_again_changes_nothing(self, catalogue: Catalogue, events: list[Event]) -> None:
        catalogue.import_events(events)
        assert catalogue.import_events(reversed(events)) == 0
        assert len(catalogue.watch()) == len(events)

    def test_a_changed_event_becomes_a_revision(self, catalogue: Catalogue, events: list[Event]) -> None:
        first = make_event(1, 2)
        catalogue.import_events([*events, first])
        changed = replace(first, frm_name="another name", revision=7)
        new = make_event(3, 4, revision=9)
        assert catalogue.import_events([*events, changed, new, first, changed], reason="again") == 2
        assert [one.event for one in catalogue.revisions(first.id)] == [first, replace(changed, revision=2)]
        assert catalogue.event(first.id, revision=1) == first
        assert catalogue.event(new.id).revision == 1
        assert [one.reason for one in catalogue.watch(cursor=len(events) + 1)] == ["again", "again"]

    def test_a_source_that_breaks_leaves_nothing_of_its_portion(self, catalogue: Catalogue) -> None:
        def broken():
            yield make_event(1, 2)
            raise InvalidInputError("the next one is no event")

        with pytest.raises(InvalidInputError):
            catalogue.import_events(broken())
        assert catalogue.watch() == []

    def test_nothing(self, catalogue: Catalogue) -> None:
        assert catalogue.import_events([]) == 0
