"""The encoder and what it must beat, side by side: the same images, the same way to rank them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Product
from helioscribe_stix_ssl._oddity import layout
from helioscribe_stix_ssl.evaluation._baselines import Known, pixels, random_encoder, ranked
from helioscribe_stix_ssl.evaluation._maps import as_map
from helioscribe_stix_ssl.evaluation._ranks import column, embeddings
from helioscribe_stix_ssl.training._dataset import simulated
from helioscribe_stix_ssl.training._fit_set import REAL, counted_projections, planted_pairs

__all__ = ["Asked", "Learned", "Methods", "cross_fitted", "methods", "population", "ranks_of"]

_POPULATION = (1200, 600)  # CLEAN maps, back projections
_PAIRS = 1000
_KINDS = ("rank", "forest", "count")

Detect = Callable[[Product, Parameters], DetectionResult]
Levels = NDArray[np.uint8]
Numbers = NDArray[np.floating[Any]]
Methods = Mapping[str, Callable[[Levels], Numbers]]
Ranks = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """What rankings are fitted to beside the known images that are asked."""

    known: Mapping[str, Known]
    """Features by method."""

    fold: NDArray[np.int64]
    """Of each pair of images with another on top and aside: what is asked in the same fold does not learn from it; -1
    teaches all, shape (pair,)."""

    def with_pairs(self, methods: Methods, one: Levels, two: Levels, *, fold: int) -> Learned:
        """Return the same and pairs of a fold, given as images."""
        known = {
            name: Known(
                usual=known.usual,
                layouts=known.layouts,
                one=np.concatenate([known.one, methods[name](one)]),
                two=np.concatenate([known.two, methods[name](two)]),
            )
            for name, known in self.known.items()
        }
        return Learned(known=known, fold=np.concatenate([self.fold, np.full(len(one), fold)]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """Images to rank, one entry each."""

    images: Levels
    """Levels, shape (image, n, n)."""

    results: list[DetectionResult]
    """What the detector says of each."""

    fold: NDArray[np.int64]
    """Shape (image,)."""

    known: NDArray[np.bool_]
    """Which rankings of other folds are fitted to, shape (image,)."""


def methods(detect: Detect, seed: int) -> Methods:
    """Return how the encoder and what it must beat make features of images."""

    def encoder(images: Levels) -> Numbers:
        return embeddings([detect(as_map(image), {"margin": 0, "report": "all"}) for image in images])

    return {"encoder": encoder, "raw pixels": pixels, "random encoder": random_encoder(seed)}


def population(known: Methods, seed: int, *, projected: bool) -> Learned:
    """Return simulated CLEAN maps, or back projections, in natural shares, and some of one and of two flares."""
    rng = np.random.default_rng([seed, int(projected)])
    usual, *_ = simulated(rng, _POPULATION[projected], back_projections=float(projected), natural=True)
    if projected:
        one, two = counted_projections(_PAIRS, seed=seed)
    else:
        one, two = planted_pairs(usual[:_PAIRS], usual[:0], seed=seed)
    layouts = layout(usual) / 255
    features = {name: Known(usual=of(usual), layouts=layouts, one=of(one), two=of(two)) for name, of in known.items()}
    return Learned(known=features, fold=np.full(len(one), -1))


def ranks_of(known: Methods, asked: Asked, taught: Learned) -> dict[str, Ranks]:
    """Return ranks by each method and by what serves, which was fitted to some of these images.

    ``rank`` says how odd each image is by all views, ``forest`` by the forest alone, ``count`` how much it looks like
    two flares.
    """
    found: dict[str, Ranks] = {
        "rank": {"as it serves": -column(asked.results, "anomaly")},
        "forest": {},
        "count": {"as it serves": column(asked.results, "multiple")},
    }
    layouts = layout(asked.images) / 255
    for name, method in known.items():
        at = embeddings(asked.results) if name == "encoder" else method(asked.images)
        for kind, rank in cross_fitted(taught.known[name], taught.fold, at, layouts, asked).items():
            found[kind][name] = rank
    return found


def cross_fitted(
    known: Known, pair_fold: NDArray[np.int64], at: Numbers, layouts: Numbers, asked: Asked
) -> dict[str, NDArray[np.float64]]:
    """Return the ranks of images, each fitted to what is known and to the known images of all other folds.

    These are real: they weigh as much as where the transforms are fitted.

    Parameters
    ----------
    known, pair_fold
        What is known, and the fold of each pair.
    at, layouts
        Features and layouts of the images.
    asked
        The images.
    """
    ranks = {kind: np.zeros(len(at)) for kind in _KINDS}
    for one in np.unique(asked.fold):
        here, pairs = asked.fold == one, pair_fold != one
        real = np.repeat(np.flatnonzero(asked.known & ~here), int(REAL))
        others = Known(
            usual=np.concatenate([known.usual, at[real]]),
            layouts=np.concatenate([known.layouts, layouts[real]]),
            one=known.one[pairs],
            two=known.two[pairs],
        )
        for kind, rank in ranked(others, at[here], layouts[here]).items():
            ranks[kind][here] = rank
    return ranks
