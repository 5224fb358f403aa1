"""Where images stand in pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_brightness", "groups_of", "picture_map"]


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
    return np.asarray(centred @ np.linalg.svd(centred, full_matrices=False)[2].T)


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
