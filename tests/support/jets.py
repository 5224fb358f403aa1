"""Sequences with and without jets, as jet-rcnn's dataset reads them."""

from pathlib import Path

import numpy as np

from helioscribe_jet_rcnn.data.labels import Labelled
from helioscribe_jet_rcnn.data.scenes import Scene

START = np.datetime64("2014-01-01T00:00:00", "ns")


def labelled(group, jet=True):
    return Labelled(path=Path("x"), group=group, jet=jet, votes=(4, 0))


def scene(group="1", first=0, frames=15, seed=0, spot=(110, 60), jet=True):
    """A field 166 wide and 100 high in which one place brightens."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:100, :166]
    field = 80 + 30 * np.sin(x / 9) * np.cos(y / 7)
    whole = np.full((frames, 166, 166), np.nan, np.float32)
    for frame in range(frames):
        light = 60 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / 60) * (6 < frame + first < 11)
        whole[frame, 33:133] = field + light + rng.standard_normal(field.shape)
    times = START + (first + np.arange(frames)) * np.timedelta64(24, "s")
    return Scene(labelled=labelled(group, jet), times=times, corner=(0.0, 0.0), shape=(100, 166), frames=whole)


def noisy_frames(count, rng, shape=(40, 60)):
    """A field that stays, with noise: shape (count, *shape)."""
    cube = 90 + 20 * rng.standard_normal((1, *shape)) + 4 * rng.standard_normal((count, *shape))
    return cube.astype(np.float32)
