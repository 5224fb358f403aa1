import numpy as np
import pytest
from stix_lstm_support import QUIET, RATIOS, flare_shape, make_curve, quiet_counts

from helioscribe_stix_lstm._clean import cleaned
from helioscribe_stix_lstm._grid import to_grid


def bright_flare(n=3000, peak=1500):
    shape = flare_shape(n, peak, rise=120.0, decay=500.0)
    state = (shape > 0.3).astype(np.uint8)
    through = np.where(state[:, None] > 0, [0.03, 0.2, 0.6, 0.95, 1.0], 1.0)
    counts = np.random.default_rng(0).poisson(QUIET + 6e5 * shape[:, None] * RATIOS * through).astype(float)
    return counts, state, shape


@pytest.mark.parametrize("reported", [True, False])
def test_attenuated_flare_goes_on_across_the_steps(reported):
    counts, state, shape = bright_flare()
    grid = cleaned(to_grid(make_curve(counts, attenuator=state if reported else None)))
    inside = grid.valid & (shape > 0.35)
    truth = (QUIET + 6e5 * shape[:, None] * RATIOS)[inside, 0]
    assert np.abs(np.log(grid.counts[inside, 0] / truth)).max() < 0.5


def test_nothing_changes_without_steps_and_glitches():
    counts = quiet_counts(500)
    grid = cleaned(to_grid(make_curve(counts)))
    np.testing.assert_array_equal(grid.counts, counts)
    assert grid.valid.all()


def test_jump_of_all_bands_is_a_glitch_and_a_flare_is_none():
    counts = quiet_counts(600)
    counts[100:102] *= 20.0
    counts[300:310] += 50 * QUIET[0] * RATIOS
    valid = cleaned(to_grid(make_curve(counts))).valid
    assert not valid[100:102].any()
    assert valid[300:310].all()


def test_dropout_is_a_glitch():
    counts = quiet_counts(600)
    counts[100:140] = 0.0
    np.testing.assert_array_equal(np.flatnonzero(~cleaned(to_grid(make_curve(counts))).valid), np.arange(100, 140))
