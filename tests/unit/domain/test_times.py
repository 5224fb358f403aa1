"""Moments and spans."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import (
    TimeRange,
    format_utc,
    from_datetime64,
    parse_utc,
    parse_utc_column,
    to_datetime64,
    utc_now,
)
from support.factories import at, span

MOMENTS = st.datetimes(timezones=st.just(UTC))


def test_now_is_utc() -> None:
    assert utc_now().tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-05-06T17:28:00", datetime(2020, 5, 6, 17, 28, tzinfo=UTC)),
        (" 2020-05-06T17:28:00.5 ", datetime(2020, 5, 6, 17, 28, 0, 500_000, tzinfo=UTC)),
        ("2020-05-06T17:28:00Z", datetime(2020, 5, 6, 17, 28, tzinfo=UTC)),
        ("2020-05-06T19:28:00+02:00", datetime(2020, 5, 6, 17, 28, tzinfo=UTC)),
        ("2020-05-06", datetime(2020, 5, 6, tzinfo=UTC)),
        ("2016-12-31T23:59:60.5Z", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2017-01-01T01:59:60+02:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_reads(text: str, expected: datetime) -> None:
    moment = parse_utc(text)
    assert moment == expected
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2020-13-01",
        "2020-05-06T25:00:00",
        "2020-05-06T17:60",
        "2020-05-06T17:28:61",
        "9999-12-31T23:59:60",
        "0001-01-01T00:00:00+05:00",
        "x" * 999,
    ],
)
def test_refuses_in_one_short_line(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not a time") as caught:
        parse_utc(text)
    assert len(caught.value.message) < 120


@given(st.text())
def test_any_text_is_a_time_or_bad_input(text: str) -> None:
    with suppress(InvalidInputError):
        assert parse_utc(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2020, 5, 6, 17, 28, tzinfo=UTC), "2020-05-06T17:28:00"),
        (datetime(2020, 5, 6, 17, 28, 0, 500_000, tzinfo=UTC), "2020-05-06T17:28:00.500"),
        (datetime(2020, 5, 6, 17, 28, 0, 1_500, tzinfo=UTC), "2020-05-06T17:28:00.002"),
        (datetime(2020, 12, 31, 23, 59, 59, 999_600, tzinfo=UTC), "2021-01-01T00:00:00"),
        (datetime(2020, 5, 6, 17, 28, tzinfo=timezone(timedelta(hours=2))), "2020-05-06T15:28:00"),
    ],
)
def test_writes(moment: datetime, text: str) -> None:
    assert format_utc(moment) == text


@given(MOMENTS)
def test_text_is_within_half_a_millisecond(moment: datetime) -> None:
    assert abs(parse_utc(format_utc(moment)) - moment) <= timedelta(milliseconds=1)


@given(MOMENTS.filter(lambda moment: 1700 < moment.year < 2200))
def test_arrays_hold_the_same_moment(moment: datetime) -> None:
    assert from_datetime64(to_datetime64(moment)) == moment
    assert to_datetime64(moment).dtype == np.dtype("datetime64[ns]")


@pytest.mark.parametrize("value", ["NaT", "20000-01-01", "-0400-01-01"])
def test_an_element_that_is_no_moment(value: str) -> None:
    with pytest.raises(InvalidInputError):
        from_datetime64(np.datetime64(value, "s"))


class TestTimeRange:
    def test_backwards(self) -> None:
        with pytest.raises(InvalidInputError, match="backwards"):
            span(10, 9)

    def test_without_zone(self) -> None:
        with pytest.raises(InvalidInputError, match="zone"):
            TimeRange(start=datetime(2020, 1, 1), end=at())

    def test_of_text(self) -> None:
        assert TimeRange.of("2022-03-28", "2022-03-29") == span()
        assert span().duration == timedelta(days=1)

    def test_ends_belong_to_it(self) -> None:
        assert span(0, 10).contains(at(0))
        assert span(0, 10).contains(at(10))
        assert not span(0, 10).contains(at(10.1))
        assert span(0, 10).overlaps(span(10, 20))
        assert not span(0, 10).overlaps(span(10.1, 20))

    def test_tolerance(self) -> None:
        assert span(0, 10).overlaps(span(12, 20), tolerance=timedelta(minutes=2))
        assert span(12, 20).overlaps(span(0, 10), tolerance=timedelta(minutes=2))
        assert not span(0, 10).overlaps(span(12, 20), tolerance=timedelta(minutes=1.9))

    def test_tolerance_at_the_end_of_the_calendar(self) -> None:
        ever = TimeRange(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC))
        assert ever.overlaps(span(), tolerance=timedelta(days=1))

    def test_union_and_shift(self) -> None:
        assert span(0, 10).union(span(20, 30)) == span(0, 30)
        assert span(0, 10).shifted(timedelta(minutes=5)) == span(5, 15)

    @given(*[st.floats(0, 1000)] * 4)
    def test_overlap_is_mutual(self, a: float, b: float, c: float, d: float) -> None:
        first, second = span(min(a, b), max(a, b)), span(min(c, d), max(c, d))
        assert first.overlaps(second) == second.overlaps(first)
        shared = max(first.start, second.start) <= min(first.end, second.end)
        assert first.overlaps(second) == shared


def test_a_column_of_times_is_utc_with_and_without_offsets():
    plain = ["2020-05-06 17:28:00.5", "2020-05-06T17:28:00.5Z"]
    moved = [" 2020-05-06 19:28:00.500000+02:00", "2020-05-06T12:28:00.5-05:00"]
    rounded = ["2020-05-06T17:27:60.5", "2020-05-06T19:27:60.5+02:00"]
    texts = [*plain, *moved, *rounded, ""]
    moments = parse_utc_column(texts)
    assert moments.dtype == "datetime64[ns]"
    assert set(moments[:-1]) == {np.datetime64("2020-05-06T17:28:00.5", "ns")}
    assert np.isnat(moments[-1])


@pytest.mark.parametrize(
    "text", ["never", "2020-05-06T17:28:00+99:00", "2020-13-01", "2020-05-06T17z28:00", "0001-01-01T00:00:00+02:00"]
)
def test_a_column_with_a_text_that_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="."):
        parse_utc_column(["2020-05-06", text])
