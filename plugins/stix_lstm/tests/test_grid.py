from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix_lstm_support import QUIET, keep, make_curve, quiet_counts

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_lstm._grid import CADENCE, to_grid


def test_native_samples_stay_as_they_are():
    counts = quiet_counts(100)
    grid = to_grid(make_curve(counts))
    np.testing.assert_array_equal(grid.counts, counts)
    assert grid.valid.all()
    np.testing.assert_array_equal(grid.cell, np.arange(100))


def test_small_drifts_of_the_clock_do_not_open_holes():
    curve = make_curve(
        quiet_counts(1000),
        times=np.datetime64("2022-01-01", "ns") + np.cumsum(np.full(1000, 4_004_000_000)).astype("timedelta64[ns]"),
    )
    assert to_grid(curve).valid.sum() == to_grid(curve).valid.size == 1000


def test_gap_becomes_cells_that_are_not_valid():
    curve = keep(make_curve(quiet_counts(100)), np.r_[0:40, 60:100])
    grid = to_grid(curve)
    np.testing.assert_array_equal(np.flatnonzero(~grid.valid), np.arange(40, 60))
    assert (grid.counts[40:60] == 0).all()


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_unusable_counts_become_cells_that_are_not_valid(bad):
    counts = quiet_counts(50)
    counts[7, 2] = bad
    assert np.flatnonzero(~to_grid(make_curve(counts)).valid).tolist() == [7]


@given(step=st.sampled_from([0.5, 1.0, 2.0, 8.0, 20.0]), seed=st.integers(0, 100))
def test_other_cadences_keep_the_counts(step, seed):
    counts = np.random.default_rng(seed).poisson(QUIET * step / CADENCE, (400, 5)).astype(float)
    grid = to_grid(make_curve(counts, step=step))
    inner = grid.counts[3:-3][grid.valid[3:-3]]
    np.testing.assert_allclose(inner.mean(axis=0), counts.mean(axis=0) * CADENCE / step, rtol=0.06)


@pytest.mark.parametrize("step", [4.0, 20.0])
def test_attenuator_state_is_that_of_the_nearest_sample(step):
    state = np.zeros(100, np.uint8)
    state[30:50] = 1
    grid = to_grid(make_curve(np.tile(QUIET * 5, (100, 1)), step=step, attenuator=state))
    half = grid.reach // 2
    inside = np.zeros(grid.valid.size, bool)
    inside[grid.cell[30] - half : grid.cell[49] + half + 1] = True
    np.testing.assert_array_equal(grid.attenuator > 0, inside)


def test_samples_of_many_widths_cover_their_time():
    width = np.repeat([4.0, 60.0, 4.0, 20.0, 4.0], [300, 5, 300, 30, 300])
    middle = np.cumsum(width) - width / 2
    times = np.datetime64("2022-01-01", "ns") + (middle * 1e9).astype("timedelta64[ns]")
    curve = make_curve(QUIET * width[:, None] / CADENCE, times=times)
    grid = to_grid(replace(curve, exposure=width))
    assert grid.valid.all()
    np.testing.assert_allclose(grid.counts, np.tile(QUIET, (grid.valid.size, 1)), rtol=1e-9)


def test_absurd_length_is_refused():
    times = np.array(["2020-01-01", "2025-01-01"], "datetime64[ns]")
    with pytest.raises(InvalidInputError, match="40"):
        to_grid(make_curve(quiet_counts(2), times=times))
