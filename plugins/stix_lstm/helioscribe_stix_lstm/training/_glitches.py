"""What goes wrong in a light curve without any flare: the examples from which the network learns to keep quiet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["disturb"]

Counts = NDArray[np.float64]


def disturb(
    rng: np.random.Generator, counts: Counts, valid: NDArray[np.bool_], times: int
) -> tuple[Counts, NDArray[np.bool_]]:
    """Return expected counts, shape (t, 5), and validity, shape (t,), with some disturbances."""
    counts, valid = counts.copy(), valid.copy()
    kinds: tuple[Callable[[np.random.Generator, Counts], None], ...] = (
        _gain_shift,
        _gain_shift,
        _common,
        _spike,
        _step,
        _particles,
        _dropout,
    )
    for _ in range(times):
        kinds[int(rng.integers(len(kinds)))](rng, counts)
    for _ in range(int(rng.integers(0, 3))):
        first = int(rng.integers(counts.shape[0]))
        valid[first : first + int(rng.lognormal(3.0, 1.2)) + 1] = False
    return counts, valid


def _stretch(rng: np.random.Generator, n: int, shortest: int, longest: int) -> slice:
    length = int(np.exp(rng.uniform(np.log(shortest), np.log(longest))))
    first = int(rng.integers(0, max(1, n - length)))
    return slice(first, min(n, first + length))


def _gain_shift(rng: np.random.Generator, counts: Counts) -> None:
    """The energy scale drifts: lines of the calibration source leave their band downwards."""
    where = _stretch(rng, len(counts), 6, 150)
    length = where.stop - where.start
    ramp = np.linspace(0.0, 1.0, length) ** rng.uniform(0.3, 2.0)
    if rng.random() > 0.6:
        ramp = np.hanning(length + 2)[1:-1]
    lost = rng.uniform(0.05, 0.5) * ramp
    line, hard = counts[where, 3].copy(), counts[where, 4].copy()
    counts[where, 3] = line * (1.0 - lost) + hard * rng.uniform(0.0, 0.1) * lost
    counts[where, 4] = hard * (1.0 - rng.uniform(0.2, 1.0) * lost)
    counts[where, 2] += line * lost * rng.uniform(0.1, 0.9)
    counts[where, 1] *= 1.0 + rng.uniform(0.0, 2.0) * ramp
    counts[where, 0] *= 1.0 + rng.uniform(0.0, 1.2) * ramp


def _common(rng: np.random.Generator, counts: Counts) -> None:
    """A wrong exposure: all bands jump by one factor."""
    counts[_stretch(rng, len(counts), 1, 8)] *= np.exp(rng.uniform(-2.0, 3.5))


def _spike(rng: np.random.Generator, counts: Counts) -> None:
    """One band jumps for a moment."""
    counts[_stretch(rng, len(counts), 1, 4), int(rng.integers(5))] *= np.exp(rng.uniform(0.3, 4.0))


def _step(rng: np.random.Generator, counts: Counts) -> None:
    """Levels change for good, such as after a reconfiguration."""
    counts[int(rng.integers(len(counts))) :] *= rng.lognormal(0.0, 0.12, counts.shape[1])


def _particles(rng: np.random.Generator, counts: Counts) -> None:
    """Energetic particles raise all bands for long, the hard ones most."""
    where = _stretch(rng, len(counts), 300, 4000)
    shape = np.hanning(where.stop - where.start + 2)[1:-1, None] ** rng.uniform(0.5, 2.0)
    gain = rng.uniform(0.05, 1.5) * np.array([0.4, 0.6, 0.8, 1.0, 1.2]) * rng.lognormal(0.0, 0.2, 5)
    counts[where] *= 1.0 + gain * shape


def _dropout(rng: np.random.Generator, counts: Counts) -> None:
    """Detectors are off or packets are half empty."""
    counts[_stretch(rng, len(counts), 1, 60)] *= rng.uniform(0.0, 0.8)
