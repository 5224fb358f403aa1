"""Sliding windows: one encoding a frame, and the scores of the plain way."""

import numpy as np
import pytest

from helioscribe_jet_rcnn._frames import features, resized, standardised
from helioscribe_jet_rcnn._windows import WINDOW, encoded, over_frames, scan, window_starts, windows_scored
from support.jets import noisy_frames as frames


def test_each_frame_is_encoded_once(models, rng):
    scan(frames(75, rng), models)
    assert models.asked == {"encoder": 75, "head": 46}


@pytest.mark.parametrize("count", [15, 30, 31, 64])
def test_windows_score_as_they_do_one_by_one(models, rng, count):
    cube = frames(count, rng)
    gates, _, _ = encoded(cube, models)
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
    forth, back = (
        models["head"](gates=np.ascontiguousarray(one), mask=mask)["probability"][0] for one in (gates, gates[:, ::-1])
    )
    assert forth != back


def test_pieces_of_a_long_sequence_say_what_the_whole_says(models, rng, monkeypatch):
    cube = frames(170, rng)
    pieces = encoded(cube, models)
    monkeypatch.setattr("helioscribe_jet_rcnn._windows._PREPARED", 10_000)
    for piece, whole in zip(pieces, encoded(cube, models), strict=True):
        np.testing.assert_allclose(piece, whole, atol=1e-5)


@pytest.mark.parametrize(
    ("count", "stride", "starts"), [(15, 1, [0]), (30, 7, [0]), (40, 7, [0, 7, 10]), (33, 1, [0, 1, 2, 3])]
)
def test_the_last_frame_is_always_in_a_window(count, stride, starts):
    assert window_starts(count, stride).tolist() == starts


def test_a_frame_has_the_best_score_of_its_windows():
    found = over_frames(np.array([0.1, 0.9, 0.3], np.float32), np.array([0, 2, 10]), 40)
    assert found[[0, 2, 31, 32, 39]] == pytest.approx([0.1, 0.9, 0.9, 0.3, 0.3])


def test_missing_pixels_are_borne(models, rng):
    cube = frames(12, rng)
    cube[3] = np.nan
    cube[5, :10] = np.nan
    assert np.isfinite(scan(cube, models).probability).all()
