"""Anomaly scores of an isolation forest (Liu, Ting & Zhou 2008, ICDM) that scikit-learn has grown.

Each tree is complete: node 1 is its root, nodes 2k and 2k + 1 are the children of node k, and a branch that ends early
goes on without choice. So all points go down all trees in the same number of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["decide", "score"]

_CHUNK = 64  # points that go down the trees side by side; more of them leave the cache

Floats = NDArray[np.floating[Any]]
Forest = Mapping[str, NDArray[Any]]


def decide(forest: Forest, points: Floats) -> NDArray[np.float64]:
    """Return the decision of each point, shape (point,): below 0 for an anomaly, above for what is usual."""
    return score(forest, points) - float(forest["offset"][0])


def score(forest: Forest, points: Floats) -> NDArray[np.float64]:
    """Return the score of each point, shape (point,), -1 (odd) to 0 (usual).

    Parameters
    ----------
    forest
        By node, each of shape (tree, 2**depth): ``feature`` and ``cut``, above which a point goes to the second child,
        in single precision as the points are (node 0 is none); ``path``, the length of the path to each node of the
        last level; ``scale`` and ``offset``, shape (1,).
    points
        Shape (point, feature).
    """
    at = np.ascontiguousarray(points, np.float32)
    parts = [_lengths(forest, at[first : first + _CHUNK]) for first in range(0, len(at), _CHUNK)]
    mean = np.concatenate(parts) / len(forest["path"]) if parts else np.zeros(0)
    return np.asarray(-(2.0 ** (-mean / float(forest["scale"][0]))))


def _lengths(forest: Forest, at: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the sum of the path lengths over all trees. Nodes are counted through the forest: `take` is quickest.

    All points go down a tree side by side, which finds its nodes in the nearest cache.
    """
    feature, cut, path = forest["feature"], forest["cut"], forest["path"]
    trees, nodes = path.shape
    first, row = nodes * np.arange(trees)[:, None], at.shape[1] * np.arange(len(at))
    node = np.repeat(first + 1, len(at), axis=1)
    for _ in range(nodes.bit_length() - 1):
        above = at.take(feature.take(node) + row) > cut.take(node)
        node *= 2
        node += above - first
    return np.asarray(path.take(node - nodes).sum(axis=0, dtype=np.float64))
