from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.times import TimeRange
from helioscribe.web.drawings.timeline import lay_out, span_of
from support.factories import DAY, at, make_event

WIDTH = 1000
YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)


def event(start, end, **changes):
    return make_event(event_starttime=at(start), event_endtime=at(end), event_peaktime=None, **changes)


def test_marks_lie_in_order_and_inside():
    events = [event(10, 20), event(30, 90), event(600, 601)]
    (lane,) = lay_out(events, span_of(events), width=WIDTH).lanes
    assert [mark.event for mark in lane.marks] == events
    assert [mark.x for mark in lane.marks] == sorted(mark.x for mark in lane.marks)
    assert all(mark.x >= 0 and mark.x + mark.width <= WIDTH for mark in lane.marks)


def test_a_moment_can_be_seen_and_hit():
    day = TimeRange(start=DAY, end=DAY + timedelta(days=365))
    (lane,) = lay_out([event(10, 10)], day, width=WIDTH).lanes
    assert lane.marks[0].width >= 3


def test_each_detector_has_a_lane():
    events = [event(1, 2, detector="b"), event(3, 4, detector="a"), event(5, 6, detector="b")]
    lanes = lay_out(events, span_of(events), width=WIDTH).lanes
    assert [(lane.name, len(lane.marks)) for lane in lanes] == [("a", 1), ("b", 2)]


def test_what_lies_outside_is_left_out():
    shown = TimeRange(start=at(0), end=at(60))
    (lane,) = lay_out([event(10, 20), event(100, 200)], shown, width=WIDTH).lanes
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
    labels = [tick.label for tick in lay_out([], TimeRange(start=DAY, end=DAY + length), width=WIDTH).ticks]
    assert label in labels


@given(
    st.floats(0, 3.15e11).map(lambda seconds: timedelta(seconds=seconds)),
    st.floats(0, 9e9).map(lambda seconds: timedelta(seconds=seconds)),
    st.sampled_from([300, 460, 1100]),
)
def test_ticks_are_few_and_in_order_for_any_span(start, length, width):
    begin = YEAR_1 + start
    span = TimeRange(start=begin, end=begin + min(length, datetime.max.replace(tzinfo=UTC) - begin))
    ticks = lay_out([], span, width=width).ticks
    assert len(ticks) <= width / 60 + 1
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)
    assert all(0 <= tick.x <= width for tick in ticks)
