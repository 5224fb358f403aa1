"""What the transforms are fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.training import TrainingData
from helioscribe_stix_ssl.training._dataset import simulated
from helioscribe_stix_ssl.training._matching import digests

__all__ = ["REAL", "FitSet", "counted_projections", "fit_set", "planted_pairs"]

_PAIRS = 1000  # simulated CLEAN maps in which a second flare is planted
_PROJECTED = 1000  # simulated back projections of one flare or several
_REPEATS = 6  # and how often one is planted in each real map

REAL = 10.0
"""Weight of a real map, and of what a person counted in it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitSet:
    """Images and what is known of them, one entry each."""

    images: NDArray[np.uint8]
    """Levels, shape (image, n, n)."""

    projected: NDArray[np.bool_]
    """Which are back projections, shape (image,)."""

    counts: NDArray[np.int64]
    """Sources, -1 where nobody looked, shape (image,)."""

    reference: NDArray[np.bool_]
    """Which shape components, clusters and forest; the others only teach the source count, shape (image,)."""

    planted: NDArray[np.bool_]
    """Which hold a second flare that was planted, or one on top: they teach, but measure nothing, shape (image,)."""

    weight: NDArray[np.float64]
    """How many simulated maps each counts for, shape (image,)."""

    def only(self, chosen: NDArray[np.bool_]) -> FitSet:
        """Return some of the images, chosen by an array of shape (image,)."""
        return FitSet(**{name: getattr(self, name)[chosen] for name in self.__slots__})


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
    _, once = np.unique(digests(arrays["images"]), return_index=True)
    known = {name: array[once] for name, array in arrays.items()}
    real, taught = known["real"], (known["sources"] >= 0) & ~known["real"]
    drawn, _, projected = simulated(np.random.default_rng([seed, 1]), population, natural=True)
    parts = [
        _part(drawn, projected, reference=True),
        _part(known["images"][real], known["projected"][real], known["sources"][real], reference=True, weight=REAL),
        _part(known["images"][taught], known["projected"][taught], known["sources"][taught]),
    ]
    clean, there = (part.images[~part.projected] for part in parts[:2])
    pairs = {False: planted_pairs(clean[:_PAIRS], there, seed=seed), True: counted_projections(_PROJECTED, seed=seed)}
    for kind, pair in pairs.items():
        parts += [
            _part(images, np.full(len(images), kind), np.full(len(images), count), planted=True)
            for count, images in enumerate(pair, 1)
        ]
    return FitSet(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in FitSet.__slots__})


def _part(
    images: NDArray[np.uint8],
    projected: NDArray[np.bool_],
    counts: NDArray[np.int64] | None = None,
    *,
    reference: bool = False,
    planted: bool = False,
    weight: float = 1.0,
) -> FitSet:
    many = len(images)
    return FitSet(
        images=images,
        projected=projected,
        counts=np.full(many, -1) if counts is None else counts,
        reference=np.full(many, reference),
        planted=np.full(many, planted),
        weight=np.full(many, weight),
    )


def planted_pairs(
    population: NDArray[np.uint8], real: NDArray[np.uint8], *, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return CLEAN maps of one flare and of two: simulated ones planted in each other, and real ones, often."""
    from helioscribe_stix_ssl.training._planting import one_and_two

    sets = [population, *[real] * (_REPEATS if len(real) > 1 else 0)]
    pairs = [one_and_two(images, seed=seed + number) for number, images in enumerate(sets)]
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])


def counted_projections(many: int, *, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return as many simulated back projections of one flare and of several, `many` are simulated.

    The logarithm of their brightness, which is lost, leaves side lobes too bright or too faint if they are planted in
    each other, so that both flares are imaged together.
    """
    images, counts, _ = simulated(np.random.default_rng([seed, 3]), many, back_projections=1.0)
    one, several = images[counts == 1], images[counts > 1]
    return one[: len(several)], several[: len(one)]
