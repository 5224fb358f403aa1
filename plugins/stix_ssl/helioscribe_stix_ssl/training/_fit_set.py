"""What the transforms are fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.training import TrainingData
from helioscribe_stix_ssl.training._dataset import simulated
from helioscribe_stix_ssl.training._matching import digests

__all__ = ["FitSet", "fit_set", "planted_pairs"]

_PAIRS = 1000  # simulated maps in which a second flare is planted
_REPEATS = 6  # and how often one is planted in each real map
_WORD = 10.0  # weight of what a person counted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitSet:
    """Images and what is known of them, one entry each."""

    images: NDArray[np.uint8]
    """Levels, shape (image, n, n)."""

    counts: NDArray[np.int64]
    """Sources, -1 where nobody looked, shape (image,)."""

    reference: NDArray[np.bool_]
    """Which shape components, clusters and forest; the others only teach the source count, shape (image,)."""

    planted: NDArray[np.bool_]
    """Which hold a second flare that was planted, or one on top: they teach, but measure nothing, shape (image,)."""

    weight: NDArray[np.float64]
    """What each counts for in the source count, shape (image,)."""


def fit_set(data: TrainingData, *, population: int, seed: int) -> FitSet:
    """Return a simulated population with natural shares and all real maps, then maps that teach the source count.

    Parameters
    ----------
    data
        Of which the part for training is taken.
    population
        Simulated maps.
    seed
        Of what is simulated and planted.
    """
    arrays = data.train.arrays
    images, counts, real = arrays["images"], arrays["sources"], arrays["real"]
    _, once = np.unique(digests(images), return_index=True)
    rows, taught = once[real[once]], once[(counts >= 0)[once] & ~real[once]]
    drawn, _ = simulated(np.random.default_rng([seed, 1]), population, natural=True)
    one, two = planted_pairs(drawn[:_PAIRS], images[rows], seed=seed)
    parts = (drawn, images[rows], images[taught], one, two)
    known = (np.full(population, -1), counts[rows], counts[taught], np.full(len(one), 1), np.full(len(two), 2))
    part = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
    return FitSet(
        images=np.concatenate(parts),
        counts=np.concatenate(known),
        reference=part <= 1,
        planted=part >= 3,
        weight=np.where(part == 1, _WORD, 1.0),
    )


def planted_pairs(
    population: NDArray[np.uint8], real: NDArray[np.uint8], *, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return maps of one flare and of two: simulated ones planted in each other, and real ones in each other, often."""
    from helioscribe_stix_ssl.training._planting import one_and_two

    sets = [population, *[real] * (_REPEATS if len(real) > 1 else 0)]
    pairs = [one_and_two(images, seed=seed + number) for number, images in enumerate(sets)]
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])
