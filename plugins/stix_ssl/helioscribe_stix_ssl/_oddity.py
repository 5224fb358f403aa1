"""How odd a map is: an isolation forest, the source count and the layout of its light, taken together.

A second flare changes an embedding little and an artefact much, while light in an unusual place is plain in the image
itself: each view sees what the others miss. Each is measured in standard deviations among the reference maps of its
kind, and what is above the usual adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_up", "fit_layout", "layout", "layout_distance"]

_BLOCKS = 7  # a side of the layout
_RIDGE = 0.03  # of the mean variance: blocks that are always dark would be told apart by noise

Floats = NDArray[np.floating[Any]]
Arrays = Mapping[str, NDArray[Any]]


def layout(images: NDArray[Any]) -> NDArray[np.float64]:
    """Return mean and brightest pixel of each of 7 x 7 blocks, shape (image, 98), in the units of the images.

    Parameters
    ----------
    images
        What the encoder sees, shape (image, n, n), n a multiple of 7.
    """
    many, side, _ = images.shape
    rows = images.reshape(many, _BLOCKS, side // _BLOCKS, side)  # first by rows, whose pixels lie side by side
    parts = (rows.mean(axis=2), rows.max(axis=2))
    blocks = [part.reshape(many, _BLOCKS, _BLOCKS, side // _BLOCKS) for part in parts]
    found = (blocks[0].mean(axis=3), blocks[1].max(axis=3))
    return np.concatenate([part.reshape(many, -1) for part in found], axis=1).astype(np.float64)


def fit_layout(layouts: Floats) -> dict[str, NDArray[np.float64]]:
    """Return what `layout_distance` reads, fitted to layouts of shape (image, 98)."""
    spread = np.atleast_2d(np.cov(layouts.T))
    ridge = _RIDGE * np.trace(spread) / len(spread) + 1e-12
    return {
        "layout_mean": layouts.mean(axis=0),
        "layout_precision": np.linalg.inv(spread + ridge * np.eye(len(spread))),
    }


def layout_distance(fitted: Arrays, layouts: Floats) -> NDArray[np.float64]:
    """Return the logarithm of the squared Mahalanobis distance of each layout from the usual one, shape (image,)."""
    away = layouts - fitted["layout_mean"]
    return np.asarray(np.log(np.maximum(((away @ fitted["layout_precision"]) * away).sum(axis=1), 1e-12)))


def add_up(views: NDArray[np.float64], usual: Floats) -> NDArray[np.float64]:
    """Return how odd each map is, shape (image,): the sum of its views, each in standard deviations above the usual.

    Parameters
    ----------
    views
        More is odder, shape (image, view).
    usual
        Mean and standard deviation of each view among the reference, shape (2, view). A view in which all are alike
        says nothing.
    """
    middle, spread = usual
    above = np.divide(views - middle, spread, out=np.zeros_like(views), where=spread > 0)
    # Smooth at zero: what is below the usual in one view adds almost nothing, and no two maps tie.
    return np.asarray(np.logaddexp(0.0, above).sum(axis=1))
