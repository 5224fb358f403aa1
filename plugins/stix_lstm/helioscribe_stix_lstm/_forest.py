"""Scores of a random cut forest.

The forest of Guha, Mishra, Roy and Schrijvers (2016, Proc. ICML 48): trees cut a sample of points at random, in a
dimension chosen with probability proportional to the range of the points in it. A point that would be cut off
early, if it were put into the tree, is an anomaly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BIN", "points", "score", "scored_series"]

BIN = 5
"""Cells that make a point, 20 s: the forest looks at levels, not at noise."""


def points(value: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what the forest sees of a series: asinh of half the mean excess in each bin, shape (bin, band).

    Parameters
    ----------
    value
        Excess over the background [standard deviations], shape (t, band), 0 where nothing was measured.
    """
    bins = -(-value.shape[0] // BIN)
    padded = np.concatenate((value, np.repeat(value[-1:], bins * BIN - value.shape[0], axis=0)))
    means = padded.reshape(bins, BIN, -1).mean(axis=1)
    return np.asarray(np.arcsinh(means / 2.0), np.float32)


def scored_series(forest: Mapping[str, NDArray[Any]], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the anomaly score of each cell, shape (t,), from the excess of shape (t, band)."""
    return np.repeat(score(forest, points(value)), BIN)[: value.shape[0]]


def score(forest: Mapping[str, NDArray[Any]], at: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean score over all trees, shape (point,): near or below 1 for usual points, more for odd ones.

    Parameters
    ----------
    forest
        Arrays as `training._forest.grow` makes them, trees first.
    at
        Points, shape (point, dimension).
    """
    trees = forest["mass"].shape[0]
    total = np.zeros(len(at))
    for tree in range(trees):
        total += _tree_score({name: array[tree] for name, array in forest.items()}, at)
    return np.asarray(total / trees)


def _tree_score(tree: Mapping[str, NDArray[Any]], at: NDArray[np.float32]) -> NDArray[np.float64]:
    """Expected score over where the point would be cut off, all points going down side by side.

    A point cut off at depth d scores 1 / (d + 1); one that reaches a leaf it equals, 1 / (d + log2(mass + 1)).
    Both are multiplied by log2 of the size of the tree.
    """
    found, left = np.zeros(len(at)), np.ones(len(at))
    node, going = np.zeros(len(at), np.int64), np.arange(len(at))
    for depth in range(tree["mass"].size):
        here, where = node[going], at[going]
        apart = _cut_off(tree["low"][here], tree["high"][here], where)
        found[going] += left[going] * apart / (depth + 1.0)
        left[going] *= 1.0 - apart
        leaf = tree["left"][here] < 0
        ended = going[leaf]
        found[ended] += left[ended] / (depth + np.log2(tree["mass"][here[leaf]] + 1.0))
        going, here, where = going[~leaf], here[~leaf], where[~leaf]
        going_left = where[np.arange(len(going)), tree["dimension"][here]] <= tree["cut"][here]
        node[going] = np.where(going_left, tree["left"][here], tree["right"][here])
        if not len(going):
            break
    return np.asarray(found * np.log2(float(tree["mass"][0]) + 1.0))


def _cut_off(low: NDArray[np.float32], high: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probability that the first cut of the box around node and point parts the two."""
    outside = (np.maximum(low - where, 0.0) + np.maximum(where - high, 0.0)).sum(axis=1, dtype=np.float64)
    span = (high - low).sum(axis=1, dtype=np.float64) + outside
    return np.asarray(np.divide(outside, span, out=np.zeros_like(span), where=span > 0))
