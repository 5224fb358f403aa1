"""Sliding windows: one encoding a frame, and the scores of the plain way."""

import numpy as np
import pytest

from helioscribe_jet_rcnn._frames import SIDE, Fitted, features, resized, standardised, stretched
from helioscribe_jet_rcnn._windows import WINDOW, encoded, over_frames, scan, window_starts, windows_scored


def frames(count, rng, shape=(40, 60)):
    cube = 90 + 20 * rng.standard_normal((1, *shape)) + 4 * rng.standard_normal((count, *shape))
    return cube.astype(np.float32)


def test_each_frame_is_encoded_once(models, rng):
    scan(frames(75, rng), models)
    assert models.asked == {"encoder": 75, "head": 46}


@pytest.mark.parametrize("count", [15, 30, 31, 64])
def test_windows_score_as_they_do_one_by_one(models, rng, count):
    cube = frames(count, rng)
    gates, _ = encoded(cube, models)
    starts = window_starts(count, 1)
    together = windows_scored(gates, starts, models)
    x = standardised(features(resized(cube)), models.arrays("input"))
    for score, start in zip(together, starts, strict=True):
        part = x[start : start + WINDOW]
        plain = models["encoder"](x=part)["gates"]
        alone = windows_scored(plain, np.zeros(1, np.intp), models)
        assert score == pytest.approx(float(alone[0]), abs=1e-5)


def test_masked_frames_change_nothing(models, rng):
    gates = rng.standard_normal((1, WINDOW, 256)).astype(np.float32)
    mask = np.zeros((1, WINDOW), np.float32)
    mask[:, :12] = 1
    first = models["head"](gates=gates, mask=mask)["probability"]
    gates[:, 12:] = 1e3
    assert models["head"](gates=gates, mask=mask)["probability"] == pytest.approx(first, abs=1e-7)


def test_the_order_of_frames_matters(models, rng):
    gates = 3 * rng.standard_normal((1, WINDOW, 256)).astype(np.float32)
    mask = np.ones((1, WINDOW), np.float32)
    forth, back = (models["head"](gates=np.ascontiguousarray(one), mask=mask)["probability"][0] for one in (gates, gates[:, ::-1]))
    assert forth != back


def test_pieces_of_a_long_sequence_say_what_the_whole_says(models, rng, monkeypatch):
    cube = frames(170, rng)
    gates, places = encoded(cube, models)
    monkeypatch.setattr("helioscribe_jet_rcnn._windows._PREPARED", 10_000)
    whole, maps = encoded(cube, models)
    np.testing.assert_allclose(gates, whole, atol=1e-5)
    np.testing.assert_allclose(places, maps, atol=1e-5)


@pytest.mark.parametrize(("count", "stride", "starts"), [(15, 1, [0]), (30, 7, [0]), (40, 7, [0, 7, 10]), (33, 1, [0, 1, 2, 3])])
def test_the_last_frame_is_always_in_a_window(count, stride, starts):
    assert window_starts(count, stride).tolist() == starts


def test_a_frame_has_the_best_score_of_its_windows():
    found = over_frames(np.array([0.1, 0.9, 0.3], np.float32), np.array([0, 2, 10]), 40)
    assert found[[0, 2, 31, 32, 39]] == pytest.approx([0.1, 0.9, 0.9, 0.3, 0.3])


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


def test_missing_pixels_are_borne(models, rng):
    cube = frames(12, rng)
    cube[3] = np.nan
    cube[5, :10] = np.nan
    assert np.isfinite(scan(cube, models).probability).all()
