"""Anomaly scores of an isolation forest (Liu, Ting & Zhou 2008, ICDM) that scikit-learn has grown.

All nodes of all trees lie one after the other in flat arrays. A node's `value` is the cut, in single precision as the
points are, or the path length where the tree ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["decide", "score"]

_CHUNK = 256  # points that go down all trees side by side

Floats = NDArray[np.floating[Any]]


def decide(forest: Mapping[str, NDArray[Any]], points: Floats) -> NDArray[np.float64]:
    """Return the decision of each point, shape (point,): below 0 for an anomaly, above for what is usual."""
    return score(forest, points) - float(forest["offset"][0])


def score(forest: Mapping[str, NDArray[Any]], points: Floats) -> NDArray[np.float64]:
    """Return the score of each point, shape (point,), -1 (odd) to 0 (usual).

    Parameters
    ----------
    forest
        ``feature`` (-1 at a leaf), ``value``, ``left`` and ``right`` (offset of the children), each of shape (node,);
        ``root`` (tree,), ``scale`` and ``offset`` (1,).
    points
        Shape (point, feature).
    """
    at = np.ascontiguousarray(points, np.float32)
    parts = [_depths(forest, at[first : first + _CHUNK]) for first in range(0, len(at), _CHUNK)]
    mean = np.concatenate(parts) / len(forest["root"]) if parts else np.zeros(0)
    return np.asarray(-(2.0 ** (-mean / float(forest["scale"][0]))))


def _depths(forest: Mapping[str, NDArray[Any]], at: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum of the path lengths over all trees."""
    feature, value = forest["feature"], forest["value"]
    node = np.tile(forest["root"].astype(np.int32), len(at))
    row = np.repeat(np.arange(len(at), dtype=np.int32), len(forest["root"]))
    total = np.zeros(len(at))
    while node.size:
        cut = feature[node]
        ended = cut < 0
        total += np.bincount(row[ended], weights=value[node[ended]], minlength=len(at))
        node, row, cut = node[~ended], row[~ended], cut[~ended]
        goes_left = at[row, cut] <= value[node]
        node = node + np.where(goes_left, forest["left"][node], forest["right"][node])
    return total
