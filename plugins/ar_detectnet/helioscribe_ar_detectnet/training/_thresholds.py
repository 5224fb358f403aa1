"""The threshold that goes with the weights, from scenes that the networks have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe.sdk.training import Arrays
from helioscribe_ar_detectnet._grid import Found, decode
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet._inputs import squeezed
from helioscribe_ar_detectnet.classes import CLASSES, four_of
from helioscribe_ar_detectnet.simulation.disk import cosines

__all__ = ["tuned"]

_STEPS = np.round(np.arange(0.2, 0.85, 0.05), 2)
_MATCH = 0.4
"""Least overlap of a box with a region's that counts as found."""


def tuned(models: Models, arrays: Arrays) -> tuple[Mapping[str, float], Mapping[str, Any]]:
    """Return the threshold of the best F1 and what the networks reach on the validation scenes."""
    answers = [_answer(models, field) for field in arrays["field"]]
    curve = []
    for threshold in _STEPS:
        counts = np.zeros(3)
        for (coverage, corners), boxes, spotted in zip(answers, arrays["boxes"], arrays["spotted"], strict=True):
            counts += _counts(decode(coverage, corners, threshold=float(threshold)), boxes, spotted)
        curve.append(_scores(counts))
    best = max(range(len(curve)), key=lambda number: curve[number]["f1"])
    metrics = {**curve[best], "threshold": float(_STEPS[best]), **_classification(models, arrays)}
    metrics["f1_curve"] = [round(point["f1"], 4) for point in curve]
    return {"threshold": float(_STEPS[best])}, metrics


def _answer(models: Models, field: NDArray[np.int16]) -> tuple[NDArray[Any], NDArray[Any]]:
    x = np.stack([squeezed(field.astype(np.float32)), cosines()])[None]
    found = models["detector"](x=x)
    return found["coverage"][0], found["corners"][0]


def _counts(found: Found, boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return true positives, false positives and regions missed; boxes on plage count as neither."""
    wanted, plage = boxes[spotted > 0].astype(float), boxes[spotted < 0].astype(float)
    shared = overlap(found.boxes, wanted)
    hits = (shared >= _MATCH).any(axis=1)
    on_plage = (overlap(found.boxes, plage) > 0.05).any(axis=1)
    met = (shared >= _MATCH).any(axis=0).sum()
    return np.array([met, (~hits & ~on_plage).sum(), len(wanted) - met], float)


def _scores(counts: NDArray[np.float64]) -> dict[str, float]:
    hit, wrong, missed = counts
    return {
        "precision": float(hit / max(hit + wrong, 1)), "recall": float(hit / max(hit + missed, 1)),
        "f1": float(2 * hit / max(2 * hit + wrong + missed, 1)),
    }  # fmt: skip


def _classification(models: Models, arrays: Arrays) -> dict[str, float]:
    crops = arrays["crops"].reshape(-1, *arrays["crops"].shape[2:]).astype(np.float32)
    crops[:, 0] = squeezed(crops[:, 0])
    wanted = arrays["kind"].reshape(-1)
    parts = np.array_split(crops, max(1, len(crops) // 64))
    said = np.concatenate([models["classifier"](x=part)["probability"] for part in parts])
    chosen = said.argmax(axis=1)
    four = [four_of(CLASSES[a]) == four_of(CLASSES[b]) for a, b in zip(chosen, wanted, strict=True)]
    return {"class_accuracy": float((chosen == wanted).mean()), "four_class_accuracy": float(np.mean(four))}
