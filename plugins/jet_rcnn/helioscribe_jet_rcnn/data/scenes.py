"""Real sequences for the dataset: joined where they overlap, and cut where much or little happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.product import ImageSequence, Product
from helioscribe_jet_rcnn._frames import features, resized, stretched
from helioscribe_jet_rcnn.data.labels import Labelled

__all__ = ["Scene", "activity", "busy_crop", "calm", "erased", "joined", "quiet_crop", "read_scenes"]

Frames = NDArray[np.float32]

_NEAR = 2.5
"""How far the places of two sequences of one field may differ [arcsec]; they were read off axis labels."""

_EVENT = 0.25
"""Share of the largest activity from which a place belongs to the event: its dim end is no quiet field."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A real sequence, in the size of the encoder's input."""

    labelled: Labelled
    """What was said of it."""

    times: NDArray[np.datetime64]
    """Of the frames, shape (t,)."""

    corner: tuple[float, float]
    """Position of the first pixel [arcsec]."""

    shape: tuple[int, int]
    """Of the field before it was resized."""

    frames: Frames
    """Display values, shape (t, 166, 166), NaN beside the field."""


def read_scenes(labelled: Sequence[Labelled], read: Callable[[Path], Product]) -> list[Scene]:
    """Read all sequences; files that cannot be read are left out."""
    scenes = []
    for one in labelled:
        try:
            product = read(one.path)
        except HelioscribeError:
            continue
        if not isinstance(product, ImageSequence):
            continue
        header = product.headers[0]
        scenes.append(
            Scene(
                labelled=one,
                times=product.times,
                corner=(float(header["CRVAL1"]), float(header["CRVAL2"])),
                shape=(product.pixels.shape[1], product.pixels.shape[2]),
                frames=resized(stretched(product.pixels, product.unit)),
            )
        )
    return scenes


def joined(scenes: Sequence[Scene]) -> list[Frames]:
    """Join sequences of one field that overlap or follow each other; return those of at least 30 frames."""
    chains: list[list[Scene]] = []
    for scene in sorted(scenes, key=lambda one: (one.labelled.group, one.times[0])):
        if chains and _follows(chains[-1][-1], scene):
            chains[-1].append(scene)
        else:
            chains.append([scene])
    whole = []
    for chain in chains:
        parts = [chain[0].frames]
        for before, after in pairwise(chain):
            parts.append(after.frames[after.times > before.times[-1]])
        whole.append(np.concatenate(parts))
    return [frames for frames in whole if len(frames) >= 30]


def _follows(before: Scene, after: Scene) -> bool:
    same = before.labelled.group == after.labelled.group and before.shape == after.shape
    near = max(abs(one - other) for one, other in zip(before.corner, after.corner, strict=True)) < _NEAR
    step = np.median(np.diff(before.times))
    return bool(same and near and before.times[0] < after.times[0] <= before.times[-1] + 1.5 * step)


def activity(frames: Frames) -> Frames:
    """Return how much brighter than usual each place becomes, shape (y, x): blurred by 5 pixels, 0 beside the field."""
    bright = np.clip(features(frames)[:, 1], 0, None)
    sums = np.cumsum(np.cumsum(np.pad(bright, ((0, 0), (3, 2), (3, 2))), axis=1), axis=2)
    blurred = (sums[:, 5:, 5:] - sums[:, :-5, 5:] - sums[:, 5:, :-5] + sums[:, :-5, :-5]) / 25
    return np.asarray(np.quantile(blurred, 0.95, axis=0), np.float32)


def quiet_crop(frames: Frames, active: Frames, rng: np.random.Generator) -> Frames | None:
    """Return a part of the field in which little happens, enlarged; None if there is none in 40 tries."""
    boxes = [_box(frames, rng.uniform(0.3, 0.55), rng) for _ in range(40)]
    fitting = [box for box in boxes if active[box].max() < _EVENT * active.max()]
    if not fitting:
        return None
    return resized(frames[:, *fitting[rng.integers(len(fitting))]])


def busy_crop(
    frames: Frames, active: Frames, rng: np.random.Generator, *, least: float = 0.3, most: float = 1.0
) -> Frames:
    """Return a part of the field around the place that brightens most, or the whole field, enlarged.

    The part is drawn between the shares `least` and `most` of the field's sides.
    """
    peak = np.unravel_index(int(active.argmax()), active.shape)
    for _ in range(60):
        box = _box(frames, rng.uniform(least, most), rng)
        inside = all(side.start <= at < side.stop for side, at in zip(box, peak, strict=True))
        if inside:
            return resized(frames[:, *box])
    return frames


def erased(frames: Frames, active: Frames, rng: np.random.Generator) -> Frames:
    """Return real frames in which the places that brighten are `calm`, so that all but the event goes on as it did."""
    reach = _wide(active > _EVENT * active.max())
    return np.asarray(frames + reach * (calm(frames, rng) - frames), np.float32)


def _wide(there: NDArray[np.bool_]) -> Frames:
    """Widen an area by some 8 pixels, with soft edges."""
    soft = there.astype(np.float32)
    for turn in range(4):
        for axis in (0, 1):
            soft = np.maximum.reduce([soft, np.roll(soft, 2, axis=axis), np.roll(soft, -2, axis=axis)])
        if turn > 1:
            around = [np.roll(soft, step, axis=axis) for step in (-2, 2) for axis in (0, 1)]
            soft = np.mean([soft, *around], axis=0, dtype=np.float32)
    return soft


def _box(frames: Frames, share: float, rng: np.random.Generator) -> tuple[slice, slice]:
    inside = np.isfinite(frames[0])
    sides = []
    for axis in (1, 0):
        there = np.flatnonzero(inside.any(axis))
        size = max(16, round(len(there) * share))
        first = int(there[0] + rng.integers(0, max(1, len(there) - size + 1)))
        sides.append(slice(first, first + size))
    return sides[0], sides[1]


def calm(frames: Frames, rng: np.random.Generator) -> Frames:
    """Return the median image with noise as strong as it was in each place, and without any event."""
    middle = np.median(frames, axis=0)
    sigma = 1.4826 * np.median(np.abs(np.diff(frames, axis=0)), axis=0) / np.sqrt(2)
    noise = rng.standard_normal(frames.shape).astype(np.float32)
    for axis in (1, 2, 1, 2):
        noise += np.roll(noise, 1, axis=axis)
    noise /= noise.std()
    for frame in range(1, len(noise)):
        noise[frame] = 0.7 * noise[frame - 1] + np.sqrt(1 - 0.7**2) * noise[frame]
    return np.asarray(middle + sigma * noise, np.float32)
