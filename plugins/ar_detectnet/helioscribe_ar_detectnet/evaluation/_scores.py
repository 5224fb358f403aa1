"""Measures of boxes and of classes, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.classes import CLASSES, four_of

__all__ = [
    "area_under_roc",
    "average_precision",
    "class_scores",
    "confusion_of",
    "interval",
    "intervals_over",
    "with_f1",
]

_SAMPLES = 1000
_EDGES = (0.025, 0.975)
_BETA = "BETA"
Group = TypeVar("Group")


def with_f1(precision: float, recall: float) -> dict[str, float]:
    """Return precision and recall, their harmonic mean, and their product, which S3 calls simplified mAP."""
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "simplified_map": float(precision * recall),
    }


def average_precision(scored: Sequence[tuple[float, bool]], wanted: int) -> float:
    """Return the area under precision against recall, all points, with precision made to fall (PASCAL VOC 2010).

    Parameters
    ----------
    scored
        Score of each box, and whether it is right.
    wanted
        How many regions there are.
    """
    flags = np.array([right for _, right in sorted(scored, key=lambda pair: -pair[0])], float)
    if not flags.size or not wanted:
        return 0.0
    hits = np.cumsum(flags)
    precision = hits / np.arange(1, len(flags) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float((falling * flags).sum() / wanted)


def confusion_of(pairs: Sequence[tuple[str, str]]) -> NDArray[np.int_]:
    """Return counts of (truth, said): rows are what is, columns what the network says."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), int)
    for truth, said in pairs:
        counts[CLASSES.index(truth), CLASSES.index(said)] += 1
    return counts


def class_scores(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return how often classes are right, beside always saying beta, with 95 % intervals over regions.

    Parameters
    ----------
    pairs
        Truth and what the network says, of each region.
    """
    right = np.array([truth == said for truth, said in pairs], float)
    of_beta = np.array([truth == _BETA for truth, _ in pairs], float)
    return {
        "regions_classified": len(pairs),
        "class_accuracy": _mean(right),
        "class_accuracy_95": interval(right),
        "class_accuracy_of_always_beta": _mean(of_beta),
        "better_than_always_beta_95": interval(right - of_beta),
        "balanced_accuracy": _balanced(pairs),
        "balanced_accuracy_of_always_beta": 1 / max(1, len({truth for truth, _ in pairs})),
        "four_class_accuracy": _mean([four_of(truth) == four_of(said) for truth, said in pairs]),
        "four_class_accuracy_of_always_beta": _mean([four_of(truth) == "B" for truth, _ in pairs]),
        "confusion": confusion_of(pairs).tolist(),
    }


def _mean(values: Sequence[Any] | NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _balanced(pairs: Sequence[tuple[str, str]]) -> float:
    shares = [np.mean([said == one for truth, said in pairs if truth == one]) for one in {truth for truth, _ in pairs}]
    return _mean(shares)


def area_under_roc(scores: Sequence[float], flags: Sequence[bool]) -> float | None:
    """Return how often a region that has something gets a higher score than one that has not; None without both."""
    yes = np.array([score for score, flag in zip(scores, flags, strict=True) if flag])
    no = np.array([score for score, flag in zip(scores, flags, strict=True) if not flag])
    if not yes.size or not no.size:
        return None
    return float(((yes[:, None] > no[None]) + 0.5 * (yes[:, None] == no[None])).mean())


def interval(values: NDArray[np.floating] | Sequence[float]) -> list[float]:
    """Return the 95 % interval of the mean of some values, drawn again with replacement."""
    values = np.asarray(values, float)
    if not values.size:
        return []
    means = np.random.default_rng(0).choice(values, (_SAMPLES, values.size)).mean(axis=1)
    return [float(edge) for edge in np.quantile(means, _EDGES)]


def intervals_over(
    groups: Sequence[Group], measure: Callable[[Sequence[Group]], Mapping[str, float]]
) -> dict[str, list[float]]:
    """Return the 95 % intervals of some measures, with whole groups (such as suns) drawn again with replacement."""
    rng = np.random.default_rng(0)
    draws = [measure([groups[at] for at in rng.integers(len(groups), size=len(groups))]) for _ in range(_SAMPLES)]
    return {name: [float(edge) for edge in np.quantile([draw[name] for draw in draws], _EDGES)] for name in draws[0]}
