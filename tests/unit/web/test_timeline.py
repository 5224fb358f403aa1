from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.query import CountBy
from helioscribe.domain.times import TimeRange
from helioscribe.web.drawings.counted import Count, stamp_span, unit_of
from helioscribe.web.drawings.timeline import last_stretch, lay_out, span_of
from support.factories import DAY, at, make_event

YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)


def event(start, end, **changes):
    return make_event(event_starttime=at(start), event_endtime=at(end), event_peaktime=None, **changes)


def test_marks_lie_in_order_and_inside():
    events = [event(10, 20), event(30, 90), event(600, 601)]
    (lane,) = lay_out(span_of(events), events=events).lanes
    assert [mark.event for mark in lane.marks] == events
    assert [mark.x for mark in lane.marks] == sorted(mark.x for mark in lane.marks)
    assert all(mark.x >= 0 and mark.x + mark.width <= 100 for mark in lane.marks)


def test_a_moment_can_be_seen_and_hit():
    day = TimeRange(start=DAY, end=DAY + timedelta(days=365))
    (lane,) = lay_out(day, events=[event(10, 10)]).lanes
    assert lane.marks[0].width >= 0.3


def test_each_detector_has_a_lane():
    events = [event(1, 2, detector="b"), event(3, 4, detector="a"), event(5, 6, detector="b")]
    lanes = lay_out(span_of(events), events=events).lanes
    assert [(lane.name, len(lane.marks)) for lane in lanes] == [("a", 1), ("b", 2)]


def test_what_lies_outside_is_left_out():
    shown = TimeRange(start=at(0), end=at(60))
    (lane,) = lay_out(shown, events=[event(10, 20), event(100, 200)]).lanes
    assert len(lane.marks) == 1


@pytest.mark.parametrize(
    ("length", "label"),
    [
        (timedelta(seconds=20), "00:00:05"),
        (timedelta(hours=1), "00:15"),
        (timedelta(days=1), "03:00"),
        (timedelta(days=30), "04 Apr 2022"),
        (timedelta(days=300), "Apr 2022"),
        (timedelta(days=4000), "2024"),
    ],
)
def test_labels_are_as_fine_as_the_span(length, label):
    labels = [tick.label for tick in lay_out(TimeRange(start=DAY, end=DAY + length)).ticks]
    assert label in labels


@given(
    st.floats(0, 3.15e11).map(lambda seconds: timedelta(seconds=seconds)),
    st.floats(0, 9e9).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_ticks_are_few_and_in_order_for_any_span(start, length):
    begin = YEAR_1 + start
    span = TimeRange(start=begin, end=begin + min(length, datetime.max.replace(tzinfo=UTC) - begin))
    ticks = lay_out(span).ticks
    assert len(ticks) <= 13
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)
    assert all(0 <= tick.x <= 100 for tick in ticks)


@pytest.mark.parametrize("unit", [CountBy.YEAR, CountBy.MONTH, CountBy.DAY, CountBy.HOUR])
@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_a_stamp_stands_for_the_span_in_which_its_events_began(unit, moment):
    made = make_event(event_starttime=moment, event_peaktime=None, event_endtime=moment)
    span = stamp_span(unit.of(made))
    assert span.start <= moment
    assert moment < span.end or span.end == datetime.max.replace(tzinfo=UTC)
    assert unit.of(replace(made, event_starttime=span.start, event_endtime=span.start)) == unit.of(made)


@pytest.mark.parametrize(
    ("days", "unit"), [(1, CountBy.HOUR), (30, CountBy.DAY), (400, CountBy.MONTH), (5000, CountBy.YEAR)]
)
def test_the_unit_is_as_fine_as_a_drawing_can_show(days, unit):
    assert unit_of(TimeRange(start=DAY, end=DAY + timedelta(days=days))) is unit


def test_crowds_are_drawn_as_numbers():
    day = TimeRange(start=DAY, end=DAY + timedelta(days=2))
    stamps = (("FL", "2022-03-28", 99), ("AR", "2022-03-28", 1), ("FL", "2022-03-29", 9), ("FL", "2021-03-29", 9))
    drawn = lay_out(
        day, counts=[Count(event_type=kind, time_range=stamp_span(stamp), number=n) for kind, stamp, n in stamps]
    )
    assert [(lane.name, [(cell.x, cell.width, cell.level) for cell in lane.cells]) for lane in drawn.lanes] == [
        ("Active Region", [(0, 50, 1)]),
        ("Flare", [(0, 50, 5), (50, 50, 3)]),
    ]
    assert [(bar.count, bar.x) for bar in drawn.bars] == [(100, 0), (9, 50)]
    assert drawn.bars[0].height > drawn.bars[1].height


def test_what_lasts_at_the_same_time_lies_one_below_the_other():
    events = [event(0, 50), event(10, 60), event(55, 70), event(20, 65)]
    (lane,) = lay_out(span_of(events), events=events).lanes
    first, second, third, fourth = lane.marks
    assert (first.event, fourth.event) == (events[0], events[2])
    assert first.y == fourth.y == 0
    assert 0 < second.y < third.y
    assert all(mark.height < 6.1 for mark in lane.marks)


def test_of_many_methods_each_class_has_one_lane():
    events = [event(n, n + 1, detector=f"d{n}", event_type=kind) for n in range(10) for kind in ("FL", "CJ")]
    assert [lane.name for lane in lay_out(span_of(events), events=events).lanes] == ["Coronal Jet", "Flare"]


@pytest.mark.parametrize(
    ("days", "drawn"),
    [
        ([0], 1),
        ([0, 1, 2], 3),
        ([0, 100, 101], 2),
        ([0, 20, 40, 60], 1),
        ([0, 1, 2, 3, 9], 5),
        ([0, 40, 50, 60], 1),
        ([0, 47, 54, 60], 3),
    ],
)
def test_only_the_last_stretch_is_drawn_of_what_lies_far_apart(days, drawn):
    found = [make_event(1440.0 * day, 1440.0 * day + 5, id=f"evt-{day}", event_peaktime=None) for day in days]
    assert [event.id for event in last_stretch(found)] == [f"evt-{day}" for day in sorted(days)[::-1][:drawn]]
