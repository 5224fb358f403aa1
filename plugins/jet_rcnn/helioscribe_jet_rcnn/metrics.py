"""Measures of scores against labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEPS", "counts_at", "f1_curve", "group_interval", "roc", "roc_area", "summary", "wilson"]

STEPS = np.round(np.linspace(0.01, 0.99, 99), 2)
"""Thresholds of curves."""

Labels = NDArray[np.bool_]
Scores = NDArray[np.float64]


def counts_at(labels: Labels, scores: Scores, threshold: float) -> dict[str, int]:
    """Return the confusion matrix at a threshold."""
    said = scores >= threshold
    return {
        "true_positive": int((said & labels).sum()),
        "false_positive": int((said & ~labels).sum()),
        "false_negative": int((~said & labels).sum()),
        "true_negative": int((~said & ~labels).sum()),
    }


def summary(labels: Labels, scores: Scores, threshold: float) -> dict[str, float | int]:
    """Return the confusion matrix, precision, recall, F1, accuracy and the area under the ROC of the scores."""
    counts = counts_at(labels, scores, threshold)
    hits, false, missed, right = counts.values()
    return {
        **counts,
        "precision": _ratio(hits, hits + false),
        "recall": _ratio(hits, hits + missed),
        "f1": _ratio(2 * hits, 2 * hits + false + missed),
        "accuracy": _ratio(hits + right, len(labels)),
        "roc_area": round(roc_area(labels, scores), 4),
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def f1_curve(labels: Labels, scores: Scores) -> Scores:
    """Return F1 at each of `STEPS`."""
    return np.array([float(summary(labels, scores, step)["f1"]) for step in STEPS])


def roc_area(labels: Labels, scores: Scores) -> float:
    """Return how often a positive has the higher score of a pair, ties by half; 0.5 without pairs."""
    if labels.all() or not labels.any():
        return 0.5
    above = scores[labels][:, None] - scores[~labels]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def roc(labels: Labels, scores: Scores) -> tuple[Scores, Scores]:
    """Return false and true positive rates as the threshold falls."""
    order = np.argsort(-scores, kind="stable")
    hits = labels[order]
    return (
        np.concatenate([[0.0], np.cumsum(~hits) / max(1, (~labels).sum())]),
        np.concatenate([[0.0], np.cumsum(hits) / max(1, labels.sum())]),
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2)) / (1 + z**2 / of)
    return round(float(max(0.0, middle - half)), 4), round(float(min(1.0, middle + half)), 4)


def group_interval(hits: Mapping[str, tuple[int, int]], *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the pooled share when whole events are drawn anew (bootstrap)."""
    table = np.array(list(hits.values()), float)
    rng = np.random.default_rng(seed)
    drawn = table[rng.integers(0, len(table), (2000, len(table)))].sum(1)
    low, high = np.quantile(drawn[:, 0] / np.maximum(drawn[:, 1], 1), (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)
