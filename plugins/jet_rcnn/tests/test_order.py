"""Frames in the order of their times, and in any other."""

import numpy as np
import pytest

from helioscribe_jet_rcnn._order import disorder, light_of
from helioscribe_jet_rcnn._windows import WINDOW

EVERYWHERE = np.ones((WINDOW, 6, 6), np.float32)


@pytest.fixture
def stream(rng):
    """Something that passes through the field in eight frames."""
    t, y = np.mgrid[:WINDOW, :6, :6][:2]
    return np.exp(-(((t - 10 - y) / 2.5) ** 2)) + 0.05 * rng.standard_normal((WINDOW, 6, 6))


def test_what_streams_is_in_order_and_shuffled_it_is_not(stream, rng):
    assert disorder(stream, EVERYWHERE) < 0.2
    assert disorder(stream[::-1], EVERYWHERE) == pytest.approx(disorder(stream, EVERYWHERE))
    shuffled = [disorder(stream[rng.permutation(WINDOW)], EVERYWHERE) for _ in range(20)]
    assert min(shuffled) > 0.5


def test_noise_has_no_order(rng):
    found = [disorder(rng.standard_normal((WINDOW, 6, 6)), EVERYWHERE) for _ in range(20)]
    assert np.mean(found) == pytest.approx(0.95, abs=0.05)


def test_one_frame_that_is_displaced_is_no_disorder(stream):
    stream[20] = 3 * stream[20, ::-1] + 1
    assert disorder(stream, EVERYWHERE) < 0.2


def test_only_what_the_network_points_at_counts(stream, rng):
    stream[:, :3] = rng.standard_normal((WINDOW, 3, 6))
    there = EVERYWHERE.copy()
    there[:, :3] = 0
    assert disorder(stream, there) < 0.2 < disorder(stream, EVERYWHERE)


@pytest.mark.parametrize("frames", [2, 3])
def test_few_frames_and_frames_without_light_have_an_order(frames):
    assert disorder(np.zeros((frames, 6, 6)), EVERYWHERE[:frames]) == 0


def test_light_is_the_mean_of_a_cell(rng):
    frames = rng.standard_normal((2, 166, 166))
    light = light_of(frames, 20)
    assert light.shape == (2, 20, 20)
    np.testing.assert_allclose(light[1, 0, 19], frames[1, :8, 158:].mean(), rtol=1e-5)
    np.testing.assert_allclose(light_of(np.full((1, 50, 70), 3.0), 20), 3.0)
