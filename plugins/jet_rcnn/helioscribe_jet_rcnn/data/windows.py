"""Windows to learn from and to be measured on, in which neither class has a background of its own.

Real jets, whole and cut out closely, stand beside real fields without their jet, which are cut out as closely, and
beside real frames in a wrong order; simulated jets beside brightenings of the same energy, each pair on one background.
Sequences that somebody said to hold no jet stand beside them, where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe_jet_rcnn._frames import SIDE
from helioscribe_jet_rcnn._windows import WINDOW
from helioscribe_jet_rcnn.data.kinds import CALM, CLOSE, CONFIRMED, ERASED, JETS, QUIET, SHUFFLED, SIMULATED, WHOLE
from helioscribe_jet_rcnn.data.scenes import Scene, activity, busy_crop, calm, erased, joined, quiet_crop
from helioscribe_jet_rcnn.data.simulation import NON_JETS, simulated_jet, simulated_other

__all__ = ["Sample", "make_windows"]

Frames = NDArray[np.float32]
_TRIES = 500

_JETS, _JOINED, _PAIRS = 0.28, 0.05, 0.16
"""Shares of real jets drawn singly, of parts of longer sequences with jets, and of pairs of simulations."""

_NEGATIVES = {QUIET: 0.17, SHUFFLED: 0.08, ERASED: 0.09, CALM: 0.02}
"""Shares of what has no jet; of confirmed ones, where there are any, as many as of quiet fields."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A window."""

    frames: Frames
    """Display values, shape (t, 166, 166), NaN beside the field."""

    kind: str
    """One of `helioscribe_jet_rcnn.data.kinds.KINDS`."""

    group: str
    """Event whose background it has; ``joined`` for parts of longer sequences."""

    lit: Frames | None = None
    """Light of a simulated jet, shape of `frames`."""

    @property
    def jet(self) -> bool:
        """Whether there is one."""
        return self.kind in JETS


def make_windows(scenes: Sequence[Scene], count: int, rng: np.random.Generator, *, every: bool) -> Iterator[Sample]:
    """Return windows of some sequences.

    Parameters
    ----------
    scenes
        The sequences; those with jets at least.
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
    jets = [scene for scene in scenes if scene.labelled.jet]
    draw = _Draw(jets, rng)
    yield from draw.each() if every else _jets(draw, joined(jets), count, rng)
    for kind, share in _NEGATIVES.items():
        for _ in range(round(share * count)):
            yield draw.negative(kind)
    yield from _pairs(draw, round(_PAIRS * count), rng)
    yield from _confirmed([scene for scene in scenes if scene.labelled.jet is False], count, rng, every=every)


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
            yield Sample(frames=frames, kind=WHOLE, group=group)
            close = busy_crop(frames, active, self._rng, least=0.3, most=0.55)
            yield Sample(frames=close, kind=CLOSE, group=group)

    def jet(self) -> Sample:
        """Return a sequence, cut out more often than not."""
        frames, active, group = self()
        if self._rng.random() < 0.4:
            return Sample(frames=frames, kind=WHOLE, group=group)
        return Sample(frames=busy_crop(frames, active, self._rng), kind=CLOSE, group=group)

    def negative(self, kind: str) -> Sample:
        """Return a window without a jet, of a kind of `_NEGATIVES`."""
        if kind == SHUFFLED:
            one = self.jet()
            return Sample(frames=one.frames[self._rng.permutation(len(one.frames))], kind=kind, group=one.group)
        if kind == QUIET:
            frames, group = self._quiet()
            return Sample(frames=frames, kind=kind, group=group)
        frames, active, group = self()
        without = erased(frames, active, self._rng) if kind == ERASED else calm(frames, self._rng)
        return Sample(frames=without, kind=kind, group=group)

    def background(self, number: int) -> tuple[Frames, str]:
        """Return a field without an event, and its event: real, erased, or calm for twice as long."""
        if number < 2:
            one = self.negative((QUIET, ERASED)[number])
            return one.frames, one.group
        frames, _, group = self()
        return calm(np.concatenate([frames, frames[::-1]]), self._rng), group

    def _quiet(self) -> tuple[Frames, str]:
        for _ in range(_TRIES):
            frames, active, group = self()
            found = quiet_crop(frames, active, self._rng)
            if found is not None:
                return found, group
        raise InvalidInputError("jet-rcnn: no sequence has a part in which little happens")


def _jets(draw: _Draw, long: Sequence[Frames], count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for _ in range(round(_JETS * count)):
        yield draw.jet()
    for _ in range(round(_JOINED * count) if long else 0):
        frames = long[int(rng.integers(len(long)))]
        first = int(rng.integers(0, len(frames) - WINDOW + 1))
        yield Sample(frames=frames[first : first + WINDOW], kind=WHOLE, group="joined")


def _confirmed(scenes: Sequence[Scene], count: int, rng: np.random.Generator, *, every: bool) -> Iterator[Sample]:
    if not scenes:
        return
    numbers = range(len(scenes))
    for number in numbers if every else rng.choice(numbers, round(_NEGATIVES[QUIET] * count)).tolist():
        yield Sample(frames=scenes[number].frames, kind=CONFIRMED, group=scenes[number].labelled.group)


def _pairs(draw: _Draw, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    for number in range(count):
        frames, group = draw.background(number % 3)
        jet = simulated_jet(len(frames), SIDE, rng)
        other = simulated_other(jet, kind := NON_JETS[number // 3 % len(NON_JETS)], rng)
        strength = rng.uniform(0.6, 3.0) * _spread(frames)
        yield Sample(frames=_lit(frames, strength * jet), kind=SIMULATED, group=group, lit=jet)
        yield Sample(frames=_lit(frames, strength * other), kind=kind, group=group)


def _spread(frames: Frames) -> float:
    low, high = np.nanquantile(frames, (0.16, 0.84))
    return max(8.0, float(high - low) / 2)


def _lit(frames: Frames, light: Frames) -> Frames:
    return np.asarray(np.clip(frames + light, None, 255.0))
