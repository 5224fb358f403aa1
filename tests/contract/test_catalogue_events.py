"""What every `Catalogue` does with events: revisions, the log, searches."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from threading import Event as Signal

import pytest

from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.event import EventStatus
from helioscribe.domain.query import Order
from helioscribe.ports.catalogue import Catalogue, EventQuery
from support.factories import at, make_change, make_event, make_observation, make_run, span

OBSERVATION = make_observation()


def ids(found):
    return [one.id for one in found]


class TestApply:
    def test_event_comes_back_as_it_was(self, catalogue: Catalogue) -> None:
        bare = make_event(1, 1, event_peaktime=None, event_probability=None, obs_meanwavel=None, attributes={})
        bare = replace(bare, observation_ids=(), detection_ids=(), detector="", status=EventStatus.OPEN)
        placed = make_event(
            2, 3, noposition=False, event_coordsys="UTC-HPC-TOPO", event_coordunit="arcsec,arcsec", event_coord1=-100.5
        )
        for event in (make_event(), bare, placed):
            assert catalogue.apply([make_change(event)], associated=()) == [event]
            assert catalogue.event(event.id) == event

    def test_revisions_stay(self, catalogue: Catalogue) -> None:
        first = make_event(status=EventStatus.OPEN)
        second = replace(first, event_endtime=at(800), revision=2, status=EventStatus.CLOSED)
        catalogue.apply([make_change(first, "opened")], associated=())
        catalogue.apply([make_change(second, "closed")], associated=())
        assert catalogue.event(first.id) == second
        assert catalogue.event(first.id, revision=1) == first
        log = catalogue.revisions(first.id)
        assert [(one.event, one.reason) for one in log] == [(first, "opened"), (second, "closed")]
        assert log == catalogue.watch()

    def test_two_revisions_at_once(self, catalogue: Catalogue) -> None:
        first = make_event()
        catalogue.apply([make_change(first), make_change(replace(first, revision=2))], associated=())
        assert catalogue.event(first.id).revision == 2

    @pytest.mark.parametrize("revision", [0, 1, 3])
    def test_a_revision_out_of_turn_writes_nothing(self, catalogue: Catalogue, revision: int) -> None:
        catalogue.add_observation(OBSERVATION)
        catalogue.record_run(make_run())
        event = make_event()
        catalogue.apply([make_change(event)], associated=())
        changes = [make_change(make_event(1, 2)), make_change(replace(event, revision=revision))]
        with pytest.raises(ConflictError, match=event.id):
            catalogue.apply(changes, associated=ids(catalogue.pending_detections()))
        assert len(catalogue.watch()) == len(list(catalogue.search(EventQuery()))) == 1
        assert len(catalogue.pending_detections()) == 1

    def test_a_new_event_begins_with_revision_one(self, catalogue: Catalogue) -> None:
        with pytest.raises(ConflictError):
            catalogue.apply([make_change(make_event(revision=2))], associated=())

    def test_marks_detections_once(self, catalogue: Catalogue) -> None:
        catalogue.add_observation(OBSERVATION)
        run = make_run()
        catalogue.record_run(run)
        catalogue.apply([make_change()], associated=ids(run.detections))
        assert catalogue.pending_detections() == []
        with pytest.raises(ConflictError, match=run.detections[0].id):
            catalogue.apply([make_change(make_event(1, 2))], associated=ids(run.detections))
        assert len(catalogue.watch()) == 1

    def test_unknown_detection_writes_nothing(self, catalogue: Catalogue) -> None:
        with pytest.raises(NotFoundError, match="det-nope"):
            catalogue.apply([make_change()], associated=("det-nope",))
        assert catalogue.watch() == []

    def test_unknown_event(self, catalogue: Catalogue) -> None:
        for ask in (catalogue.event, catalogue.revisions):
            with pytest.raises(NotFoundError, match="evt-nope"):
                ask("evt-nope")
        catalogue.apply([make_change()], associated=())
        with pytest.raises(NotFoundError, match="revision 7"):
            catalogue.event(make_event().id, revision=7)

    def test_only_one_of_many_writers_wins_a_revision(self, catalogue: Catalogue) -> None:
        start = Barrier(6)

        def write(number):
            start.wait()
            try:
                return bool(catalogue.apply([make_change(reason=str(number))], associated=()))
            except ConflictError:
                return False

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(write, range(6))) == 1
        assert len(catalogue.watch()) == 1


class TestWatch:
    def test_goes_on_after_a_cursor(self, catalogue: Catalogue) -> None:
        for start in range(5):
            catalogue.apply([make_change(make_event(start, start + 1))], associated=())
        first = catalogue.watch(limit=2)
        rest = catalogue.watch(cursor=first[-1].cursor)
        assert [one.event.event_starttime for one in first + rest] == [at(start) for start in range(5)]
        assert catalogue.watch(cursor=rest[-1].cursor) == []
        assert catalogue.newest_cursor() == rest[-1].cursor
        assert catalogue.watch(limit=0) == []

    def test_skips_nothing_while_many_write(self, catalogue: Catalogue) -> None:
        done, seen = Signal(), []

        def write(writer):
            for number in range(15):
                start = writer * 100 + number
                event = make_event(start, start + 1)
                more = replace(event, revision=2)
                catalogue.apply([make_change(event), make_change(more)], associated=())

        def follow():
            cursor = 0
            while True:
                ended = done.is_set()
                for change in catalogue.watch(cursor=cursor, limit=7):
                    seen.append((change.event.id, change.event.revision))
                    cursor = change.cursor
                if ended and not catalogue.watch(cursor=cursor):
                    return

        with ThreadPoolExecutor(5) as pool:
            reader = pool.submit(follow)
            list(pool.map(write, range(4)))
            done.set()
            reader.result()
        assert len(seen) == len(set(seen)) == 4 * 15 * 2


class TestSearch:
    @pytest.fixture
    def events(self, catalogue: Catalogue):
        """An active region of three weeks, three flares on the day, a jet, and one that was withdrawn."""
        region = make_event(-20000, 10000, event_type="AR", id="evt-ar", detector="ar-detectnet", frm_name="AR")
        flares = [make_event(start, start + 10, id=f"evt-fl{start}") for start in (60, 600, 1200)]
        jet = make_event(605, 606, event_type="CJ", id="evt-cj", obs_instrument="AIA", event_probability=0.4)
        ghost = make_event(620, 621, id="evt-ghost", status=EventStatus.RETRACTED, event_probability=None)
        everything = [jet, *flares, ghost, region]
        catalogue.apply([make_change(event) for event in everything], associated=())
        return everything

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (EventQuery(), ["ar", "fl60", "fl600", "cj", "fl1200"]),
            (EventQuery(time_range=span(70, 600)), ["ar", "fl60", "fl600"]),
            (EventQuery(time_range=span(71, 599)), ["ar"]),
            (EventQuery(time_range=span(71, 599), event_types=("FL",)), []),
            (EventQuery(time_range=span(71, 1300), event_types=("FL", "CJ")), ["fl600", "cj", "fl1200"]),
            (EventQuery(time_range=span(20000, 20001)), []),
            (EventQuery(event_types=("AR",)), ["ar"]),
            (EventQuery(event_types=("SS",)), []),
            (EventQuery(detectors=("ar-detectnet", "none")), ["ar"]),
            (EventQuery(frm_names=("AR",)), ["ar"]),
            (EventQuery(instruments=("AIA",)), ["cj"]),
            (EventQuery(observation_id="obs-1", instruments=("AIA",)), ["cj"]),
            (EventQuery(observation_id="obs-2"), []),
            (EventQuery(probability=0.5), ["ar", "fl60", "fl600", "fl1200"]),
            (EventQuery(statuses=(EventStatus.RETRACTED,)), ["ghost"]),
            (EventQuery(statuses=(), event_types=("FL",)), ["fl60", "fl600", "ghost", "fl1200"]),
            (EventQuery(limit=2), ["ar", "fl60"]),
            (EventQuery(limit=0), []),
            (EventQuery(limit=-1), []),
            (EventQuery(after=(at(600), "evt-fl600")), ["cj", "fl1200"]),
            (EventQuery(after=(at(600), "evt-fl6")), ["fl600", "cj", "fl1200"]),
        ],
    )
    def test_finds(self, catalogue: Catalogue, events, query: EventQuery, expected: list[str]) -> None:
        assert [event.id.removeprefix("evt-") for event in catalogue.search(query)] == expected

    def test_sees_the_present_revision(self, catalogue: Catalogue, events) -> None:
        flare = replace(events[1], revision=2, event_endtime=at(400), observation_ids=("obs-2",))
        catalogue.apply([make_change(flare)], associated=())
        assert list(catalogue.search(EventQuery(observation_id="obs-2"))) == [flare]
        assert flare in catalogue.search(EventQuery(time_range=span(399, 400), event_types=("FL",)))
        assert flare not in catalogue.search(EventQuery(observation_id="obs-1"))

    def test_times_compare_as_moments_whatever_their_zone(self, catalogue: Catalogue) -> None:
        from datetime import timezone

        east = timezone(timedelta(hours=9))
        event = make_event(60, 70)
        event = replace(event, event_starttime=event.event_starttime.astimezone(east))
        catalogue.apply([make_change(event)], associated=())
        assert list(catalogue.search(EventQuery(time_range=span(60, 61)))) == [event]
        assert list(catalogue.search(EventQuery(time_range=span(71, 900)))) == []

    def test_a_microsecond_counts(self, catalogue: Catalogue) -> None:
        tick = timedelta(microseconds=1)
        event = make_event(60, 70, event_endtime=at(70) + tick)
        catalogue.apply([make_change(event)], associated=())
        later = span(80, 90)
        assert list(catalogue.search(EventQuery(time_range=replace(later, start=at(70) + tick)))) == [event]
        assert list(catalogue.search(EventQuery(time_range=replace(later, start=at(70) + 2 * tick)))) == []

    def test_many_events_page_by_page(self, catalogue: Catalogue) -> None:
        changes = [make_change(make_event(number // 3, 2000, id=f"evt-{number:05}")) for number in range(1203)]
        catalogue.apply(changes[::-1], associated=())
        everything = ids(catalogue.search(EventQuery(limit=5000)))
        assert everything == [f"evt-{number:05}" for number in range(1203)]
        assert ids(catalogue.search(EventQuery(limit=1101))) == everything[:1101]
        pages, after = [], None
        while page := list(catalogue.search(EventQuery(limit=100, after=after))):
            pages += ids(page)
            after = (page[-1].event_starttime, page[-1].id)
        assert pages == everything


class TestNewestChanges:
    def test_the_last_change_of_each_event_newest_first(self, catalogue: Catalogue) -> None:
        first, second, third = (make_event(n, n + 1, id=f"evt-{n}") for n in (5, 2, 9))
        longer = replace(first, revision=2, event_endtime=at(30))
        gone = replace(second, revision=2, status=EventStatus.RETRACTED)
        for change in (make_change(one) for one in (first, second, third)):
            catalogue.apply([change], associated=())
        catalogue.apply([make_change(longer, "extended"), make_change(gone, "retracted")], associated=())
        found = catalogue.newest_changes(EventQuery(statuses=()))
        assert [(one.event, one.reason) for one in found] == [
            (gone, "retracted"),
            (longer, "extended"),
            (third, "opened"),
        ]
        assert found == [one for one in reversed(catalogue.watch()) if one.cursor > 2]
        assert ids(one.event for one in catalogue.newest_changes(EventQuery())) == [longer.id, third.id]

    def test_conditions_hold_for_the_event_as_it_is(self, catalogue: Catalogue) -> None:
        for n in range(12):
            kind = "FL" if n % 3 else "CJ"
            catalogue.apply([make_change(make_event(n, n + 1, id=f"evt-{n:02}", event_type=kind))], associated=())
        moved = replace(catalogue.event("evt-04"), revision=2, event_type="CJ", event_starttime=at(2))
        catalogue.apply([make_change(moved)], associated=())

        def newest(**asked):
            return ids(one.event for one in catalogue.newest_changes(EventQuery(**asked)))

        assert newest(event_types=("CJ",)) == ["evt-04", "evt-09", "evt-06", "evt-03", "evt-00"]
        assert newest(event_types=("CJ",), limit=2, descending=False, order=Order.END) == ["evt-04", "evt-09"]
        assert newest(time_range=span(2.5, 3.5)) == ["evt-04", "evt-03", "evt-02"]
        assert newest(time_range=span(2.5, 3.5), event_types=("FL", "CJ"), limit=1) == ["evt-04"]
        assert newest(text="nowhere") == newest(limit=0) == []
