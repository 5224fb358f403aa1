import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix_lstm_support import QUIET, RATIOS, flare_shape, quiet_counts

from helioscribe_stix_lstm._background import excess_over_background, smooth


@given(level=st.floats(0.2, 30.0), seed=st.integers(0, 50))
def test_excess_of_a_quiet_sun_is_unit_noise_whatever_its_level(level, seed):
    counts = np.random.default_rng(seed).poisson(QUIET * level, (1500, 5)).astype(float)
    excess = excess_over_background(counts, np.ones(1500, bool))
    np.testing.assert_allclose(excess.value.std(axis=0), 1.0, atol=0.15)
    np.testing.assert_allclose(excess.value.mean(axis=0), 0.25, atol=0.3)
    assert excess.activity.max() < 0.6


def test_background_ignores_flares():
    n = 5400
    flares = sum(2e4 * flare_shape(n, peak)[:, None] * RATIOS for peak in (900, 2600, 4300))
    counts = np.random.default_rng(1).poisson(QUIET + flares).astype(float)
    background = excess_over_background(counts, np.ones(n, bool)).background
    np.testing.assert_allclose(background[:, 0], QUIET[0], rtol=0.05)


def test_cells_without_data_do_not_matter():
    counts = quiet_counts(3000)
    valid = np.ones(3000, bool)
    valid[500:900] = False
    with_zeros = excess_over_background(np.where(valid[:, None], counts, 0.0), valid)
    with_noise = excess_over_background(np.where(valid[:, None], counts, 1e6), valid)
    np.testing.assert_allclose(with_zeros.background, with_noise.background)
    np.testing.assert_array_equal(with_zeros.value[~valid], 0.0)


@pytest.mark.parametrize("n", [1, 4, 14, 16])
def test_very_short_series(n):
    excess = excess_over_background(quiet_counts(n), np.ones(n, bool))
    assert np.isfinite(excess.value).all()


def test_smooth_is_the_mean_of_what_is_valid():
    series = np.array([1.0, 2.0, 90.0, 4.0, 5.0])
    valid = np.array([True, True, False, True, True])
    np.testing.assert_allclose(smooth(series, valid, 3), [1.5, 1.5, 3.0, 4.5, 4.5])
