"""What the encoder must beat: the pixels themselves, and an encoder that has learned nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl._preprocess import SIDE
from helioscribe_stix_ssl._transforms import unit
from helioscribe_stix_ssl.training._embed import embedded, torch_encoder

__all__ = ["cross_fitted", "oddness", "pixels", "random_encoder"]

_COMPONENTS = 80  # as in the recipe

Levels = NDArray[np.uint8]
Numbers = NDArray[np.floating[Any]]


def pixels(images: Levels) -> NDArray[np.float32]:
    """Return the pixels of each image as they are, shape (image, pixel)."""
    return np.asarray(images.reshape(len(images), -1) / 255, np.float32)


def random_encoder(seed: int, *, width: int = 96, depth: int = 4, heads: int = 3) -> Callable[[Levels], Numbers]:
    """Return the shipped architecture with random weights, as a function of images."""
    import torch

    from helioscribe_stix_ssl.training._network import Encoder

    torch.manual_seed(seed)
    encoder = torch_encoder(Encoder(width=width, depth=depth, heads=heads, side=SIDE))
    return lambda images: unit(embedded(encoder, images))


def oddness(usual: Numbers, asked: Numbers, *, seeds: int = 3) -> NDArray[np.float64]:
    """Return how odd features are among usual ones, larger is odder: components and forests, the mean over seeds."""
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest

    pca = PCA(min(_COMPONENTS, *usual.shape), random_state=0).fit(usual)
    usual, asked = pca.transform(usual), pca.transform(asked)
    forests = [IsolationForest(n_estimators=300, random_state=seed).fit(usual) for seed in range(seeds)]
    return -np.asarray(np.mean([forest.decision_function(asked) for forest in forests], axis=0))


def cross_fitted(
    population: Numbers, known: Numbers, known_fold: NDArray[np.int64], asked: Numbers, asked_fold: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how odd images are among a population and the known images of all other folds.

    Parameters
    ----------
    population
        Features of images that nobody asks about, shape (image, feature).
    known, known_fold
        Features of images that may be fitted to where they are of another fold than what is asked.
    asked, asked_fold
        Features of the images to rank, and their folds.
    """
    rank = np.zeros(len(asked))
    for fold in np.unique(asked_fold):
        here = asked_fold == fold
        rank[here] = oddness(np.concatenate([population, known[known_fold != fold]]), asked[here])
    return rank
