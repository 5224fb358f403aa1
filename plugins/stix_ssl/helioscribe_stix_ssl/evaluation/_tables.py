"""Tables of clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["cluster_table", "stability"]


def cluster_table(clusters: NDArray[Any], several: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Return the number of images in each cluster and the percentage with several sources, the highest first."""
    rows = {
        str(int(cluster)): {
            "images": int((clusters == cluster).sum()),
            "percent": round(100 * float(several[clusters == cluster].mean()), 1),
        }
        for cluster in np.unique(clusters)
    }
    return dict(sorted(rows.items(), key=lambda row: -row[1]["percent"]))


def stability(points: NDArray[np.float64], *, clusters: int = 10, refits: int = 8) -> float:
    """Return the mean ARI between K-Means of all points and of random halves, over all points."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(0)
    clusters = min(clusters, len(points) // 4)
    if clusters < 2:
        return 1.0
    whole = KMeans(clusters, n_init=4, random_state=0).fit(points)
    halves = [rng.permutation(len(points))[: len(points) // 2] for _ in range(refits)]
    fits = [KMeans(clusters, n_init=4, random_state=0).fit(points[half]) for half in halves]
    return round(float(np.mean([adjusted_rand_score(whole.labels_, fit.predict(points)) for fit in fits])), 4)
