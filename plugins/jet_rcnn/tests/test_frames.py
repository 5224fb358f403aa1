"""Frames as the encoder sees them, whatever the field, its brightness and what is missing."""

import numpy as np
import pytest

from helioscribe_jet_rcnn._frames import SIDE, Fitted, features, filled, new_pictures, resized, stretched
from support.jets import noisy_frames as frames


@pytest.mark.parametrize("shape", [(160, 90), (90, 160), (500, 500), (20, 30)])
def test_fields_of_any_size_keep_their_shape(shape):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    small = resized(np.stack([x, y]))
    fit = Fitted(*shape)
    inside = np.isfinite(small[0])
    assert (inside.sum(0).max(), inside.sum(1).max()) == (fit.rows, fit.columns)
    assert max(fit.rows, fit.columns) == SIDE
    # Values are coordinates: interpolation keeps straight lines straight.
    middle = small[0][SIDE // 2, fit.left + 3 : fit.left + fit.columns - 3]
    assert np.diff(middle) == pytest.approx(shape[1] / fit.columns, rel=2e-3)
    assert fit.field(fit.left, fit.below) == (0, 0)


def test_changing_exposures_do_not_show(rng):
    cube = 3 * frames(20, rng)
    gains = np.linspace(0.6, 1.5, 20, dtype=np.float32)[:, None, None]
    steady, changing = features(resized(cube)), features(resized(cube * gains + 10))
    np.testing.assert_allclose(steady, changing, atol=2e-2)


def test_what_appears_shows_against_the_running_median(rng):
    cube = frames(15, rng)
    cube[7, 10:14, 20:40] += 80
    found = features(resized(cube))[:, 1]
    assert found[7, 56:64, 60:105].mean() > 2
    assert abs(found[[0, 1, 2, 12, 13, 14], 56:64, 60:105].mean()) < 0.1


def test_what_changes_shows_against_the_frames_before(rng):
    cube = frames(15, rng)
    cube[7, 10:14, 20:40] += 80
    bright = features(resized(cube))[:, 2:, 56:64, 60:105].mean((2, 3))
    assert bright[7].min() > 2
    np.testing.assert_allclose([bright[8, 0], bright[10, 1]], -bright[7], rtol=0.1)
    assert np.abs(bright[[0, 1, 5, 6, 9, 10, 11], 0]).max() < 0.2
    assert np.abs(bright[[0, 1, 5, 6, 8, 9, 11], 1]).max() < 0.2


def test_physical_values_are_stretched_for_display(rng):
    counts = np.float32(10) ** rng.uniform(0, 3, (4, 20, 20)).astype(np.float32)
    shown = stretched(counts, "DN / s")
    assert shown.min() >= 0
    assert shown.max() == pytest.approx(255, rel=0.02)
    np.testing.assert_allclose(stretched(7 * counts, "DN / s"), shown, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("dimmed", [0.5, 0.05])
def test_dim_renderings_are_made_as_bright_as_others(rng, dimmed):
    cube = np.float32(0.3) * frames(5, rng)
    np.testing.assert_allclose(stretched(dimmed * cube, "display"), stretched(cube, "display"), rtol=1e-4)
    assert stretched(bright := 5 * cube, "display") is bright


def test_frames_that_show_nothing_new_are_known(rng):
    cube = frames(8, rng)
    cube[1], cube[3], cube[6] = 0, np.nan, cube[5]
    cube[4, :10] = np.nan
    shown = [True, False, True, False, True, True, False, True]
    assert new_pictures(cube).tolist() == shown
    cube[:, :, 10:] = np.nan  # a field that was turned fills no rectangle
    assert new_pictures(cube).tolist() == shown


def test_what_is_missing_is_as_it_was_before_or_else_after(rng):
    cube = frames(5, rng)
    holes = cube.copy()
    holes[2:4, :5], holes[0, 7], holes[:, -1] = np.nan, np.nan, np.nan
    found = filled(holes)
    np.testing.assert_array_equal(found[2:4, :5], [cube[1, :5]] * 2)
    np.testing.assert_array_equal(found[0, 7], cube[1, 7])
    assert np.isnan(found[:, -1]).all(), "no frame shows it"
    assert filled(cube) is cube
