"""Windows to learn from and to be measured on, in which neither class has a background of its own.

Real jets stand beside real fields without their jet and real frames in a wrong order; simulated jets beside
brightenings of the same energy, each pair on one and the same background.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe_jet_rcnn._frames import SIDE
from helioscribe_jet_rcnn._windows import WINDOW
from helioscribe_jet_rcnn.data.scenes import Scene, activity, busy_crop, calm, erased, joined, quiet_crop
from helioscribe_jet_rcnn.data.simulation import NON_JETS, simulated_jet, simulated_other

__all__ = ["JETS", "KINDS", "REAL", "Sample", "make_windows"]

KINDS = (
    "real jet", "simulated jet", "real quiet field", "real frames shuffled", "real jet erased", "calm background",
    *NON_JETS,
)  # fmt: skip
"""What a window is; the first two are positive."""

STEP = 1 / 16
"""Of the stored features, in standard deviations: 8 bits hold what clipping leaves."""

JETS = KINDS[:2]
"""Kinds with a jet."""

REAL = KINDS[:5]
"""Kinds whose pixels are real, all or most of them; that there is no jet in the last three was confirmed by nobody."""

Frames = NDArray[np.float32]
_TRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A window."""

    frames: Frames
    """Display values, shape (t, 166, 166), NaN beside the field."""

    kind: str
    """One of `KINDS`."""

    group: str
    """Event whose background it has; ``joined`` for parts of longer sequences."""

    lit: Frames | None = None
    """Light of a simulated jet, shape of `frames`."""

    @property
    def jet(self) -> bool:
        """Whether there is one."""
        return self.kind in JETS


def make_windows(scenes: Sequence[Scene], count: int, rng: np.random.Generator, *, every: bool) -> Iterator[Sample]:
    """Return windows of some sequences with jets.

    Parameters
    ----------
    scenes
        The sequences.
    count
        About how many windows; a third are real jets, drawn, and cut out closely more often than not.
    rng
        Random numbers.
    every
        Take each sequence once and whole in place of those real jets, beside the others of `count`.

    Raises
    ------
    InvalidInputError
        If something happens everywhere in all of them.
    """
    long = joined(scenes)
    draw = _Draw(scenes, rng)
    if every:
        for scene in scenes:
            yield _real(scene.frames, scene.labelled.group)
    else:
        for _ in range(round(0.31 * count)):
            scene = draw()
            frames = scene.frames if rng.random() < 0.4 else busy_crop(scene.frames, activity(scene.frames), rng)
            yield _real(frames, scene.labelled.group)
        for _ in range(round(0.05 * count) if long else 0):
            yield _real(_part(long[rng.integers(len(long))], WINDOW, rng), "joined")
    yield from _negatives(draw, count, rng)
    yield from _pairs(draw, round(0.16 * count), rng)


class _Draw:
    """Draws sequences so that events of many sequences do not drown the others."""

    def __init__(self, scenes: Sequence[Scene], rng: np.random.Generator) -> None:
        groups = [scene.labelled.group for scene in scenes]
        weights = np.array([1 / np.sqrt(groups.count(group)) for group in groups])
        self._scenes, self._rng, self._weights = scenes, rng, weights / weights.sum()

    def __call__(self) -> Scene:
        return self._scenes[self._rng.choice(len(self._scenes), p=self._weights)]

    def quiet(self) -> tuple[Frames, str]:
        """Return a real field without its event, 15 frames, and which event it is near."""
        for _ in range(_TRIES):
            scene = self()
            found = quiet_crop(scene.frames, activity(scene.frames), self._rng)
            if found is not None:
                return found, scene.labelled.group
        raise InvalidInputError("jet-rcnn: no sequence has a part in which little happens")

    def background(self, number: int) -> tuple[Frames, str]:
        """Return a field without an event: real, erased, or calm for twice as long."""
        if number == 0:
            return self.quiet()
        scene = self()
        if number == 1:
            return erased(scene.frames, activity(scene.frames), self._rng), scene.labelled.group
        return calm(np.concatenate([scene.frames, scene.frames[::-1]]), self._rng), scene.labelled.group


def _real(frames: Frames, group: str) -> Sample:
    return Sample(frames=frames, kind=KINDS[0], group=group)


def _part(frames: Frames, length: int, rng: np.random.Generator) -> Frames:
    first = int(rng.integers(0, len(frames) - length + 1))
    return frames[first : first + length]


def _negatives(draw: _Draw, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for _ in range(round(0.13 * count)):
        frames, group = draw.quiet()
        yield Sample(frames=frames, kind=KINDS[2], group=group)
    for _ in range(round(0.09 * count)):
        scene = draw()
        frames = scene.frames if rng.random() < 0.4 else busy_crop(scene.frames, activity(scene.frames), rng)
        yield Sample(frames=frames[rng.permutation(len(frames))], kind=KINDS[3], group=scene.labelled.group)
    for _ in range(round(0.1 * count)):
        scene = draw()
        frames = erased(scene.frames, activity(scene.frames), rng)
        yield Sample(frames=frames, kind=KINDS[4], group=scene.labelled.group)
    for _ in range(round(0.03 * count)):
        scene = draw()
        yield Sample(frames=calm(scene.frames, rng), kind=KINDS[5], group=scene.labelled.group)


def _pairs(draw: _Draw, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for number in range(count):
        frames, group = draw.background(number % 3)
        jet = simulated_jet(len(frames), SIDE, rng)
        other = simulated_other(jet, kind := NON_JETS[number // 3 % len(NON_JETS)], rng)
        strength = rng.uniform(0.6, 3.0) * _spread(frames)
        yield Sample(frames=_lit(frames, strength * jet), kind=KINDS[1], group=group, lit=jet)
        yield Sample(frames=_lit(frames, strength * other), kind=kind, group=group)


def _spread(frames: Frames) -> float:
    low, high = np.nanquantile(frames, (0.16, 0.84))
    return max(8.0, float(high - low) / 2)


def _lit(frames: Frames, light: Frames) -> Frames:
    return np.asarray(np.clip(frames + light, None, 255.0))
