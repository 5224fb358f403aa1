"""Growing a random cut forest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["grow"]


def grow(rng: np.random.Generator, at: NDArray[np.float32], *, trees: int, sample: int) -> dict[str, NDArray[Any]]:
    """Grow a forest.

    Parameters
    ----------
    rng
        Source of all chance.
    at
        Points, shape (point, dimension).
    trees
        Number of trees.
    sample
        Points in each tree, drawn without replacement.

    Returns
    -------
    dict
        Arrays with trees first: ``low``, ``high`` (tree, node, dimension), the box of each node; ``mass`` (tree,
        node), its points; ``dimension``, ``cut``, ``left``, ``right`` (tree, node), with -1 at a leaf.
    """
    sample = min(sample, len(at))
    nodes = 2 * sample - 1
    forest: dict[str, NDArray[Any]] = {
        "low": np.zeros((trees, nodes, at.shape[1]), np.float32),
        "high": np.zeros((trees, nodes, at.shape[1]), np.float32),
        "mass": np.zeros((trees, nodes), np.int32),
        "dimension": np.zeros((trees, nodes), np.int32),
        "cut": np.zeros((trees, nodes), np.float32),
        "left": np.full((trees, nodes), -1, np.int32),
        "right": np.full((trees, nodes), -1, np.int32),
    }
    for tree in range(trees):
        members = at[rng.choice(len(at), sample, replace=False)]
        _grow_tree(rng, members, {name: array[tree] for name, array in forest.items()})
    return forest


def _grow_tree(rng: np.random.Generator, at: NDArray[np.float32], tree: dict[str, NDArray[Any]]) -> None:
    free, todo = 1, [(0, at)]
    while todo:
        node, members = todo.pop()
        low, high = members.min(axis=0), members.max(axis=0)
        tree["low"][node], tree["high"][node], tree["mass"][node] = low, high, len(members)
        span = (high - low).astype(np.float64)
        if span.sum() <= 0:
            continue
        dimension = int(rng.choice(span.size, p=span / span.sum()))
        # The cut lies in [low, high), so that both sides get a point.
        cut = np.float32(low[dimension] + rng.random() * span[dimension])
        cut = min(cut, np.nextafter(high[dimension], low[dimension]))
        tree["dimension"][node], tree["cut"][node] = dimension, cut
        tree["left"][node], tree["right"][node] = free, free + 1
        below = members[:, dimension] <= cut
        todo += [(free, members[below]), (free + 1, members[~below])]
        free += 2
