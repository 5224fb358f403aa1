"""Windows to learn from and to be measured on, in which neither class has a background of its own.

Real jets, whole and cut out closely, stand beside real fields without their jet, which are cut out as closely, and
beside real frames in a wrong order; simulated jets beside brightenings of the same energy, each pair on one background.
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

__all__ = ["JETS", "KINDS", "REAL", "SHUFFLED", "Sample", "make_windows"]

JETS = ("real jet", "real jet cut out", "simulated jet")
"""Kinds with a jet."""

SHUFFLED = "real frames shuffled"
"""Kind whose frames show a jet each, in an order that no jet has."""

REAL = (*JETS[:2], "real quiet field", SHUFFLED, "real jet erased")
"""Kinds whose pixels are real, all or most of them; that there is no jet in the last three was confirmed by nobody."""

KINDS = (*REAL, JETS[2], *NON_JETS, "calm background")
"""What a window is."""

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
        About how many windows; a third are real jets, drawn, and cut out more often than not.
    rng
        Random numbers.
    every
        Take each sequence once whole and once cut out in place of those real jets, beside the others of `count`.

    Raises
    ------
    InvalidInputError
        If something happens everywhere in all of them.
    """
    draw = _Draw(scenes, rng)
    if every:
        yield from draw.each()
    else:
        for _ in range(round(0.28 * count)):
            yield draw.jet()
        long = joined(scenes)
        for _ in range(round(0.05 * count) if long else 0):
            yield Sample(frames=_part(long[rng.integers(len(long))], WINDOW, rng), kind=JETS[0], group="joined")
    yield from _negatives(draw, count, rng)
    yield from _pairs(draw, round(0.16 * count), rng)


class _Draw:
    """Draws sequences so that events of many sequences do not drown the others."""

    def __init__(self, scenes: Sequence[Scene], rng: np.random.Generator) -> None:
        groups = [scene.labelled.group for scene in scenes]
        weights = np.array([1 / np.sqrt(groups.count(group)) for group in groups])
        self._scenes = [(scene.frames, activity(scene.frames), scene.labelled.group) for scene in scenes]
        self._rng, self._weights = rng, weights / weights.sum()

    def __call__(self) -> tuple[Frames, Frames, str]:
        """Return a sequence's frames, their activity and its event."""
        return self._scenes[self._rng.choice(len(self._scenes), p=self._weights)]

    def each(self) -> Iterator[Sample]:
        """Return every sequence, whole and as closely cut out as quiet fields are."""
        for frames, active, group in self._scenes:
            yield Sample(frames=frames, kind=JETS[0], group=group)
            close = busy_crop(frames, active, self._rng, least=0.3, most=0.55)
            yield Sample(frames=close, kind=JETS[1], group=group)

    def jet(self) -> Sample:
        """Return a sequence, cut out more often than not."""
        frames, active, group = self()
        if self._rng.random() < 0.4:
            return Sample(frames=frames, kind=JETS[0], group=group)
        return Sample(frames=busy_crop(frames, active, self._rng), kind=JETS[1], group=group)

    def quiet(self) -> tuple[Frames, str]:
        """Return a real field without its event, 15 frames, and which event it is near."""
        for _ in range(_TRIES):
            frames, active, group = self()
            found = quiet_crop(frames, active, self._rng)
            if found is not None:
                return found, group
        raise InvalidInputError("jet-rcnn: no sequence has a part in which little happens")

    def erased(self) -> tuple[Frames, str]:
        """Return a field whose event is erased."""
        frames, active, group = self()
        return erased(frames, active, self._rng), group

    def background(self, number: int) -> tuple[Frames, str]:
        """Return a field without an event: real, erased, or calm for twice as long."""
        if number < 2:
            return self.quiet() if number == 0 else self.erased()
        frames, _, group = self()
        return calm(np.concatenate([frames, frames[::-1]]), self._rng), group


def _part(frames: Frames, length: int, rng: np.random.Generator) -> Frames:
    first = int(rng.integers(0, len(frames) - length + 1))
    return frames[first : first + length]


def _negatives(draw: _Draw, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for _ in range(round(0.13 * count)):
        frames, group = draw.quiet()
        yield Sample(frames=frames, kind=REAL[2], group=group)
    for _ in range(round(0.12 * count)):
        one = draw.jet()
        yield Sample(frames=one.frames[rng.permutation(len(one.frames))], kind=SHUFFLED, group=one.group)
    for _ in range(round(0.09 * count)):
        frames, group = draw.erased()
        yield Sample(frames=frames, kind=REAL[4], group=group)
    for _ in range(round(0.02 * count)):
        frames, _, group = draw()
        yield Sample(frames=calm(frames, rng), kind=KINDS[-1], group=group)


def _pairs(draw: _Draw, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for number in range(count):
        frames, group = draw.background(number % 3)
        jet = simulated_jet(len(frames), SIDE, rng)
        other = simulated_other(jet, kind := NON_JETS[number // 3 % len(NON_JETS)], rng)
        strength = rng.uniform(0.6, 3.0) * _spread(frames)
        yield Sample(frames=_lit(frames, strength * jet), kind=JETS[2], group=group, lit=jet)
        yield Sample(frames=_lit(frames, strength * other), kind=kind, group=group)


def _spread(frames: Frames) -> float:
    low, high = np.nanquantile(frames, (0.16, 0.84))
    return max(8.0, float(high - low) / 2)


def _lit(frames: Frames, light: Frames) -> Frames:
    return np.asarray(np.clip(frames + light, None, 255.0))
