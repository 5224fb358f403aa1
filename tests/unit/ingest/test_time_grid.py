import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.ingest.sources.time_grid import nearest, on_grid, utc_times

MINUTE = np.timedelta64(60, "s")


def times(*seconds):
    return np.datetime64("2014-02-03", "ns") + np.array(seconds, dtype="timedelta64[s]").astype("timedelta64[ns]")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2014-02-03T02:08:48.34Z", "2014-02-03T02:08:48.340"),
        ("2014.02.03_02:09:23_TAI", "2014-02-03T02:08:48"),
        ("2010.05.01_00:00:34_TAI", "2010-05-01T00:00:00"),
        ("2020.01.01_00:00:37_UTC", "2020-01-01T00:00:37"),
        ("2014-02-03T23:59:60.00Z", "2014-02-04T00:00:00"),
        ("2017.01.01_00:00:36.5_TAI", "2017-01-01T00:00:00.5"),  # within the leap second
        ("2017.01.01_00:00:37_TAI", "2017-01-01T00:00:00"),
    ],
)
def test_spellings_of_time(text, utc):
    assert utc_times([text])[0] == np.datetime64(utc)


@pytest.mark.parametrize(
    "text", ["", "MISSING", "-4712-01-01T12:00:00Z", "2014-02-30T00:00:00Z", "2014-02-03T00:00:61Z", None, 3.0]
)
def test_what_is_no_time_is_missing(text):
    assert np.isnat(utc_times([text, "2014-02-03T00:00:00Z"])).tolist() == [True, False]


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=30), st.lists(st.integers(0, 4000), min_size=1, max_size=30))
def test_the_nearest_is_the_nearest(moments, others):
    found = nearest(times(*moments), times(*others), MINUTE)
    for moment, index in zip(moments, found, strict=True):
        least = min(abs(moment - other) for other in others)
        assert (index == -1) if least > 60 else abs(others[index] - moment) == least


@given(st.lists(st.integers(0, 90_000), min_size=1, max_size=60, unique=True))
def test_a_grid_takes_one_image_a_step(seconds):
    kept = on_grid(times(*seconds), np.timedelta64(360, "s"))
    chosen = np.array(seconds)[kept]
    assert (np.diff(chosen) > 0).all()
    assert len({round(second / 360) for second in chosen}) >= len(chosen) - 1
    assert len(kept) == len(set(kept.tolist()))
    assert len(kept) >= 1


def test_missing_times_are_never_near():
    unknown = np.array(["NaT", "2014-02-03T00:00:10"], dtype="datetime64[ns]")
    assert nearest(times(0, 10), unknown, MINUTE).tolist() == [1, 1]
    assert nearest(unknown, times(10), MINUTE).tolist() == [-1, 0]
    assert nearest(times(0), unknown[:1], MINUTE).tolist() == [-1]
    assert on_grid(unknown[:1], MINUTE).size == 0
