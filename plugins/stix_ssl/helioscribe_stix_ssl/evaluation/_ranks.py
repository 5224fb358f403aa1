"""How well odd images are found by anomaly rank: the area under the ROC curve, with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult

__all__ = ["BASELINES", "auc", "column", "compared", "components", "embeddings", "gain"]

BASELINES = ("raw pixels", "random encoder")
"""What the encoder must beat."""

_RESAMPLED = 400

Numbers = NDArray[np.floating[Any]]


def compared(
    ranks: Mapping[str, NDArray[np.float64]], usual: NDArray[np.bool_], odd: NDArray[np.bool_]
) -> dict[str, dict[str, float] | None]:
    """Return how well each method finds odd images among usual ones, and how much better the encoder does.

    Parameters
    ----------
    ranks
        By method, how odd each image is, shape (image,).
    usual, odd
        Which images are, each of shape (image,).
    """
    found = {method: auc(rank, usual, odd) for method, rank in ranks.items()}
    return found | {f"encoder over {other}": gain(ranks["encoder"], ranks[other], usual, odd) for other in BASELINES}


def gain(
    rank: NDArray[np.float64], other: NDArray[np.float64], usual: NDArray[np.bool_], odd: NDArray[np.bool_]
) -> dict[str, float] | None:
    """Return by how much the area of one ranking exceeds that of another of the same images, with its standard error.

    Both are drawn anew together: what makes an image easy for both does not count as chance.
    """
    low, high = np.flatnonzero(usual), np.flatnonzero(odd)
    if not low.size or not high.size:
        return None
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLED):
        a, b = rng.choice(low, low.size), rng.choice(high, high.size)
        drawn.append(_area(rank[a], rank[b]) - _area(other[a], other[b]))
    more = _area(rank[low], rank[high]) - _area(other[low], other[high])
    return {"auc": round(more, 4), "error": round(float(np.std(drawn)), 4)}


def auc(rank: NDArray[np.float64], usual: NDArray[np.bool_], odd: NDArray[np.bool_]) -> dict[str, float] | None:
    """Return the area under the ROC curve with its standard error by the bootstrap; None without images of both."""
    low, high = rank[usual], rank[odd]
    if not low.size or not high.size:
        return None
    rng = np.random.default_rng(0)
    drawn = [_area(rng.choice(low, low.size), rng.choice(high, high.size)) for _ in range(_RESAMPLED)]
    return {"auc": round(_area(low, high), 4), "error": round(float(np.std(drawn)), 4)}


def _area(low: Numbers, high: Numbers) -> float:
    """Share of pairs in which the odd image ranks higher; ties count half (Mann & Whitney 1947)."""
    known = np.sort(low)
    below, up_to = np.searchsorted(known, high), np.searchsorted(known, high, side="right")
    return float(np.mean(below + up_to) / (2 * low.size))


def column(results: list[DetectionResult], name: str) -> NDArray[np.float64]:
    """Return one score of each result, shape (image,)."""
    values = []
    for result in results:
        assert result.scores is not None  # of this detector
        values.append(float(result.scores.values[0, result.scores.names.index(name)]))
    return np.asarray(values)


def components(results: list[DetectionResult]) -> NDArray[np.float64]:
    """Return the principal components of each result, shape (image, component)."""
    return np.stack([result.diagnostics["components"] for result in results]).astype(np.float64)


def embeddings(results: list[DetectionResult]) -> NDArray[np.float64]:
    """Return the embedding of each result, shape (image, dimension)."""
    return np.stack([result.embeddings["image"] for result in results]).astype(np.float64)
