"""Where images stand in pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_brightness", "free_places", "groups_of", "picture_map"]

_WIDEST_GAP = 0.05
"""Of the whole picture."""


def by_brightness(seen: NDArray[np.float32], cluster: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order of a mosaic: clusters by the nearest median brightness, the nearest to the centre first.

    It starts with the darkest cluster; each next one is the nearest of those that are left.
    """
    ids = np.unique(cluster)
    median = {int(one): float(np.median(seen[cluster == one])) for one in ids}
    chain = [min(median, key=lambda one: (median[one], one))]
    while len(chain) < len(median):
        here = median[chain[-1]]
        left = [one for one in median if one not in chain]
        chain.append(min(left, key=lambda one: (abs(median[one] - here), one)))
    bright = seen.reshape(len(seen), -1).mean(axis=1)
    parts = [np.flatnonzero(cluster == one) for one in chain]
    return np.concatenate([part[np.argsort(bright[part], kind="stable")] for part in parts])


def picture_map(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return two coordinates of each point for a picture, by t-SNE, shape (point, 2).

    t-SNE and not UMAP: it comes with scikit-learn, UMAP would bring a compiler for a picture that decides nothing.
    """
    from sklearn.manifold import TSNE

    if len(points) < 4:
        return np.column_stack([np.arange(len(points)), np.zeros(len(points))]).astype(np.float64)
    perplexity = min(30.0, (len(points) - 1) / 3)
    found = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(points)
    centred = np.asarray(found, np.float64) - found.mean(axis=0)
    # Its directions say nothing: what is longest lies across the page.
    turned = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
    return np.column_stack([_closed(axis) for axis in turned.T])


def _closed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return coordinates in the same order, without wide gaps: how far apart t-SNE puts groups says nothing."""
    order = np.argsort(values)
    steps = np.minimum(np.diff(values[order], prepend=values.min()), _WIDEST_GAP * np.ptp(values))
    closed = np.empty_like(values)
    closed[order] = np.cumsum(steps)
    return closed


def free_places(
    points: NDArray[np.float64], group: NDArray[np.int64], *, clear: float
) -> dict[int, tuple[int, NDArray[np.float64]]]:
    """Return where to write the name of each group, and of which of its points: beside it, where nothing else is.

    Parameters
    ----------
    points
        Points of a picture, shape (point, 2).
    group
        Group of each point, shape (point,).
    clear
        Least distance of a name from all points and other names, in units of the points.
    """
    taken, found = points, {}
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    round_about = np.column_stack([np.cos(turns), np.sin(turns)])
    around = np.concatenate([round_about * radius * clear for radius in np.arange(1.05, 9, 0.25)])
    for one in np.unique(group):
        members = np.flatnonzero(group == one)
        middle = members[np.argmin(np.linalg.norm(points[members] - np.median(points[members], axis=0), axis=1))]
        spots = points[middle] + around
        nearest = np.linalg.norm(spots[:, None] - taken[None], axis=2).min(axis=1)
        # The first free one is the nearest; in a crowd, the one with most room.
        spot = spots[np.argmax(nearest >= clear) if nearest.max() >= clear else np.argmax(nearest)]
        taken, found[int(one)] = np.vstack([taken, spot]), (int(middle), spot)
    return found


def groups_of(points: NDArray[np.float64], *, fewest: int = 5) -> NDArray[np.int64]:
    """Return the group of each point by DBSCAN, -1 for those that are alone, shape (point,).

    The radius is the median distance to the fifth neighbour: the scale of an embedding has no meaning of its own.
    """
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    if len(points) <= fewest:
        return np.full(len(points), -1)
    away = NearestNeighbors(n_neighbors=fewest + 1).fit(points).kneighbors(points)[0][:, -1]
    return np.asarray(DBSCAN(eps=1.2 * float(np.median(away)), min_samples=fewest).fit_predict(points), np.int64)
