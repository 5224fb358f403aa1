"""Shapes of simulated flares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._grid import CADENCE
from helioscribe_stix_lstm.training._population import Population

__all__ = ["ATTENUATION", "flare", "unresolved"]

ATTENUATION = np.array([0.03, 0.2, 0.6, 0.95, 1.0])
"""Share of flare counts that the attenuator lets through, by band."""


def flare(rng: np.random.Generator, population: Population, n: int) -> NDArray[np.float64]:
    """Return expected counts of one flare somewhere in a series, shape (n, 5).

    A thermal part rises like a Gaussian and decays exponentially; harder bands peak earlier and last shorter, and
    above 15 keV bursts in the rise stand for the non-thermal part (Neupert 1968, ApJ 153, L59).
    """
    row = rng.integers(population.rise.size)
    rise, decay, excess = population.rise[row], population.decay[row], population.excess[row]
    excess = excess * rng.lognormal(0.0, 0.3)
    t = np.asarray((np.arange(n) - rng.uniform(-0.05, 1.0) * n) * CADENCE, np.float64)
    width = rise / rng.uniform(2.0, 3.0)
    tau = decay / np.log(max(excess[0] / (0.3 * population.background[row, 0]), np.e))
    total: NDArray[np.float64] = np.zeros((n, excess.size))
    for delay, share in _episodes(rng, rise, decay):
        total = total + share * _episode(rng, t - delay, width, tau, excess)
    return np.asarray(total * (excess[0] / max(float(total[:, 0].max()), excess[0])))


def _episodes(rng: np.random.Generator, rise: float, decay: float) -> list[tuple[float, float]]:
    """Delay [s] and relative size of the main peak and, in a third of all flares, of further ones."""
    more = int(rng.integers(1, 4)) if rng.random() < 0.35 else 0
    return [(0.0, 1.0)] + [(rng.uniform(-0.7 * rise, 0.8 * decay), rng.uniform(0.1, 0.9)) for _ in range(more)]


def _episode(
    rng: np.random.Generator, t: NDArray[np.float64], width: float, tau: float, excess: NDArray[np.float64]
) -> NDArray[np.float64]:
    soft = excess[0] * _profile(t, width, tau, rng.uniform(0.05, 0.5))
    middle = excess[1] * _profile(t + 0.3 * width, 0.9 * width, rng.uniform(0.6, 0.95) * tau, 0.2)
    bursts = np.zeros(t.size)
    for _ in range(int(rng.integers(1, 5))):
        size, when = rng.uniform(0.2, 1.0), rng.uniform(0.0, 2.0) * width
        bursts += size * np.exp(-0.5 * ((t + when) / (0.35 * width + 4.0)) ** 2)
    bursts /= max(float(bursts.max()), 1.0)
    mix = rng.uniform(0.0, 1.0)
    hard = mix * bursts + (1.0 - mix) * _profile(t + 0.5 * width, 0.8 * width, 0.5 * tau, 0.1)
    return np.column_stack((soft, middle, excess[2] * hard, excess[3] * bursts, excess[4] * bursts))


def _profile(t: NDArray[np.float64], width: float, tau: float, roundness: float) -> NDArray[np.float64]:
    """One at t = 0; Gaussian before, exponential after, with a rounded top."""
    top = roundness * tau
    after = np.exp(-(np.hypot(np.maximum(t, 0.0), top) - top) / tau)
    return np.asarray(np.where(t < 0, np.exp(-0.5 * (t / width) ** 2), after))


def unresolved(rng: np.random.Generator, background: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return expected counts of many small events that no list would carry, shape (n, 5)."""
    t = np.arange(n) * CADENCE
    low = np.zeros(n)
    for _ in range(int(rng.poisson(rng.uniform(2.0, 10.0) * n * CADENCE / 3600.0))):
        size = min(0.08 * (1.0 + rng.pareto(1.3)), 0.6) * background[0]
        low += size * _profile(t - rng.uniform(0.0, t[-1]), rng.uniform(20, 200), rng.uniform(60, 700), 0.3)
    ratios = np.array([1.0, rng.uniform(0.05, 0.2), rng.uniform(0.0, 0.02), 0.0, 0.0])
    return np.asarray(low[:, None] * ratios)
