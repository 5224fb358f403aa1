"""What the encoder must beat: the pixels themselves, and an encoder that has learned nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl._oddity import add_up, fit_layout, layout_distance
from helioscribe_stix_ssl._preprocess import SIDE
from helioscribe_stix_ssl._transforms import unit
from helioscribe_stix_ssl.training._counting import STRENGTH
from helioscribe_stix_ssl.training._embed import embedded, torch_encoder

__all__ = ["Known", "pixels", "random_encoder", "ranked"]

_COMPONENTS = 160  # as in the recipe

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What a ranking is fitted to: features of shape (image, feature), and layouts."""

    usual: Numbers
    """Images as they come."""

    layouts: Numbers
    """Their layouts, shape (image, 98)."""

    one: Numbers
    """Images with another on top: one flare."""

    two: Numbers
    """Images with another aside: two flares."""


def ranked(known: Known, asked: Numbers, layouts: Numbers, *, seeds: int = 3) -> dict[str, NDArray[np.float64]]:
    """Return how odd images are, also by the forest alone, and how much they look like two flares.

    Parameters
    ----------
    known
        What the ranking is fitted to.
    asked, layouts
        Features and layouts of the images.
    seeds
        Forests whose mean is taken.
    """
    from sklearn.decomposition import PCA

    pca = PCA(min(_COMPONENTS, *known.usual.shape), random_state=0).fit(known.usual)
    usual, one, two, at = (pca.transform(part) for part in (known.usual, known.one, known.two, asked))
    both, fitted = np.concatenate([usual, at]), fit_layout(known.layouts)
    places = layout_distance(fitted, np.concatenate([known.layouts, layouts]))
    seen = np.stack([_forest(usual, both, seeds), _count(usual, one, two, both), places], axis=1)
    here, asked_of = seen[: len(usual)], seen[len(usual) :]
    odd = add_up(asked_of, np.stack([here.mean(axis=0), here.std(axis=0)]))
    return {"rank": odd, "forest": asked_of[:, 0], "count": asked_of[:, 1]}


def _forest(usual: Numbers, at: Numbers, seeds: int) -> NDArray[np.float64]:
    from sklearn.ensemble import IsolationForest

    forests = [IsolationForest(n_estimators=300, random_state=seed).fit(usual) for seed in range(seeds)]
    return -np.asarray(np.mean([forest.decision_function(at) for forest in forests], axis=0))


def _count(usual: Numbers, one: Numbers, two: Numbers, at: Numbers) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    x, several = np.concatenate([usual, one, two]), np.repeat([False, True], [len(usual) + len(one), len(two)])
    scale = x.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000).fit(x / scale, several)
    return np.asarray(model.decision_function(at / scale))
