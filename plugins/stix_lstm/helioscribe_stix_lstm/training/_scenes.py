"""Semi-synthetic series: a real or simulated quiet Sun with flares, disturbances and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.coverage import runs_of
from helioscribe_stix_lstm._background import excess_over_background, stabilised
from helioscribe_stix_lstm._bands import GROUPING, NATIVE, laid_out
from helioscribe_stix_lstm._clean import cleaned
from helioscribe_stix_lstm._features import features
from helioscribe_stix_lstm._grid import Grid
from helioscribe_stix_lstm.training._compression import compressed
from helioscribe_stix_lstm.training._flares import ATTENUATION, flare, unresolved
from helioscribe_stix_lstm.training._glitches import disturb
from helioscribe_stix_lstm.training._population import Population

__all__ = ["LENGTH", "Scene", "scene"]

LENGTH = 5400
"""Samples of a simulated series, six hours."""

VISIBLE = 1.0
"""Excess from which a sample belongs to a flare [standard deviations, activity included]."""

CLEAR = 3.0
"""Excess that a flare must reach to be asked of the network."""

FAINT = 1.5
"""Excess below which a flare counts as quiet; between the two the network may say either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One series as the network sees it, and what it should say."""

    x: NDArray[np.float32]
    """Features, shape (t, 9)."""

    quiet: NDArray[np.float32]
    """The same series without flares [standard deviations above the background], shape (t, 5)."""

    label: NDArray[np.float32]
    """1 in flares, shape (t,)."""

    weight: NDArray[np.float32]
    """0 where the truth is undecided or nothing was measured, shape (t,)."""


def scene(
    rng: np.random.Generator, population: Population, quiet_blocks: list[NDArray[np.float64]], *, grouped: bool
) -> Scene:
    """Simulate one series.

    Parameters
    ----------
    rng
        Source of all chance.
    population
        Flares to draw from.
    quiet_blocks
        Real quiet counts a cell, each of shape (t, 5) with t at least `LENGTH`; may be empty.
    grouped
        Whether the bands are summed to low, medium and high.
    """
    grouping = GROUPING if grouped else np.eye(NATIVE)
    level = population.background[rng.integers(len(population.background))] * rng.lognormal(0.0, 0.1, 5)
    quiet = _quiet_counts(rng, level, quiet_blocks)
    small = unresolved(rng, level, LENGTH) if rng.random() < 0.5 else np.zeros((LENGTH, 5))
    flares = sum(
        (flare(rng, population, LENGTH) for _ in range(int(rng.poisson(6.0 * np.exp(rng.uniform(-2.0, 1.4)))))),
        np.zeros((LENGTH, 5)),
    )
    state, passed = _attenuator(rng, flares)
    calm = quiet + rng.poisson(small)
    disturbed, valid = disturb(rng, calm, np.ones(LENGTH, bool), int(rng.integers(0, 5)))
    live = 1.0 / (1.0 + 10.0 ** rng.uniform(-7.5, -6.0) * flares.sum(axis=1))
    seen = _counted(rng, (disturbed + rng.poisson(flares * passed)) * live[:, None], grouping)
    reported = state if rng.random() < 0.7 else np.zeros_like(state)
    return _observed(seen, compressed(calm) @ grouping.T, (flares + small) @ grouping.T, valid, reported)


def _counted(
    rng: np.random.Generator, counts: NDArray[np.float64], grouping: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(compressed(np.floor(counts + rng.random(counts.shape))) @ grouping.T)


def _quiet_counts(
    rng: np.random.Generator, level: NDArray[np.float64], blocks: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Counts of the quiet Sun at some level: real ones, thinned or thickened, or a Poisson process that drifts."""
    if not blocks or rng.random() < 0.5:
        knots = np.cumsum(rng.normal(0.0, 0.02 * rng.random(), (7, 5)), axis=0)
        at = np.linspace(0, 6, LENGTH)
        drift = np.stack([np.interp(at, np.arange(7), column) for column in knots.T], axis=1)
        return np.asarray(rng.poisson(level * np.exp(drift)), np.float64)
    block = blocks[int(rng.integers(len(blocks)))]
    first = int(rng.integers(block.shape[0] - LENGTH + 1))
    real = block[first : first + LENGTH]
    factor = level / real.mean(axis=0) if rng.random() < 0.7 else np.ones(5)
    thinned = rng.binomial(real.astype(np.int64), np.minimum(factor, 1.0))
    return np.asarray(thinned + rng.poisson(np.maximum(factor - 1.0, 0.0) * real.mean(axis=0), real.shape), np.float64)


def _attenuator(rng: np.random.Generator, flares: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Rate-control state, shape (t,), and the share of counts that it lets through, shape (t, 5)."""
    state = np.zeros(len(flares), np.uint8)
    if rng.random() < 0.7:
        limit = np.exp(rng.uniform(np.log(1e4), np.log(3e5)))
        inside, begun = 0.3 * limit, False
        for at in np.flatnonzero(flares[:, 0] > inside):
            begun = bool(flares[at, 0] > limit or (begun and at > 0 and state[at - 1]))
            state[at] = begun
    through = np.where(state[:, None] > 0, np.minimum(1.0, ATTENUATION * rng.lognormal(0.0, 0.2, 5)), 1.0)
    return state, through


def _observed(
    counts: NDArray[np.float64],
    calm: NDArray[np.float64],
    extra: NDArray[np.float64],
    valid: NDArray[np.bool_],
    state: NDArray[np.uint8],
) -> Scene:
    """Prepare a series as the detector would, and state the truth in the same units."""
    counts = np.where(valid[:, None], counts, 0.0)
    grid = cleaned(
        Grid(
            start=np.datetime64(0, "ns"),
            counts=counts,
            valid=valid,
            attenuator=state,
            gain=np.ones_like(counts),
            cell=np.arange(len(counts)),
        )
    )
    excess = excess_over_background(grid.counts, grid.valid, grid.gain)
    floor = stabilised(excess.background)
    quiet = np.clip((stabilised(calm) - floor) / excess.noise, -20.0, 20.0)
    true = (stabilised(excess.background[:, 0] + extra[:, 0]) - floor[:, 0]) / excess.noise[:, 0]
    label, weight = _truth(true / np.hypot(1.0, excess.activity))
    return Scene(
        x=features(excess, grid.valid, grid.attenuator),
        quiet=laid_out(quiet).astype(np.float32),
        label=label.astype(np.float32),
        weight=(weight * grid.valid).astype(np.float32),
    )


def _truth(true: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    label, weight = np.zeros(true.size), np.ones(true.size)
    for first, last in runs_of(true > VISIBLE):
        best = float(true[first:last].max())
        label[first:last] = best > CLEAR
        weight[first:last] = 0.0 if FAINT < best <= CLEAR else 1.0
    return label, weight
