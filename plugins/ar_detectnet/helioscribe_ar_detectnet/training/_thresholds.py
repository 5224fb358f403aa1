"""What goes with the weights, from scenes and regions that the networks have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe.sdk.training import Arrays
from helioscribe_ar_detectnet._crops import Window, planes
from helioscribe_ar_detectnet._grid import decode
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet._inputs import disk_planes
from helioscribe_ar_detectnet._symmetry import even_answer
from helioscribe_ar_detectnet.classes import CLASSES, four_of, tempered
from helioscribe_ar_detectnet.simulation.statistics import FREQUENCIES

__all__ = ["tuned"]

_THRESHOLDS = np.round(np.arange(0.2, 1.0, 0.05), 2)
_TEMPERATURES = np.round(np.geomspace(0.5, 4.0, 25), 3)
_MATCH = 0.4
"""Least overlap of a box with a region's that counts as found."""

_BATCH = 64


def tuned(models: Models, arrays: Arrays) -> tuple[Mapping[str, float], Mapping[str, Any]]:
    """Return the threshold of the best F1, the temperature of the classes, and what they reach."""
    chosen: dict[str, float] = {}
    measured: dict[str, Any] = {}
    if "field" in arrays:
        chosen, measured = _detection(models, arrays)
    if "kind" in arrays:
        temperature, classes = _classification(models, arrays)
        chosen |= temperature
        measured |= classes
    return chosen, {**measured, **chosen}


def _detection(models: Models, arrays: Arrays) -> tuple[dict[str, float], dict[str, Any]]:
    answers = [even_answer(models["detector"], disk_planes(field)) for field in arrays["field"]]
    scores = {float(step): _boxes(answers, arrays, float(step)) for step in _THRESHOLDS}
    threshold = max(scores, key=lambda step: scores[step]["f1"])
    curve = [round(one["f1"], 4) for one in scores.values()]
    return {"threshold": threshold}, {**scores[threshold], "f1_curve": curve}


def _boxes(
    answers: list[tuple[NDArray[np.float32], NDArray[np.float32]]], arrays: Arrays, threshold: float
) -> dict[str, float]:
    counts = np.zeros(3)
    for answer, boxes, spotted in zip(answers, arrays["boxes"], arrays["spotted"], strict=True):
        counts += _counts(decode(*answer, threshold=threshold).boxes, boxes, spotted)
    return _scores(counts)


def _counts(found: NDArray[np.float64], boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return true positives, false positives and regions missed, boxes surest first; those on plage are neither."""
    wanted, plage = boxes[spotted > 0].astype(float), boxes[spotted < 0].astype(float)
    shared = overlap(found, wanted)
    met: set[int] = set()
    hits = np.zeros(len(found), bool)
    for number, row in enumerate(shared):
        open_ = [region for region in np.flatnonzero(row >= _MATCH) if region not in met]
        if open_:
            hits[number] = True
            met.add(max(open_, key=lambda region: row[region]))
    on_plage = (overlap(found, plage) > 0.05).any(axis=1)
    return np.array([len(met), (~hits & ~on_plage).sum(), len(wanted) - len(met)], float)


def _scores(counts: NDArray[np.float64]) -> dict[str, float]:
    hit, wrong, missed = counts
    return {
        "precision": float(hit / max(hit + wrong, 1)),
        "recall": float(hit / max(hit + missed, 1)),
        "f1": float(2 * hit / max(2 * hit + wrong + missed, 1)),
    }


def _classification(models: Models, arrays: Arrays) -> tuple[dict[str, float], dict[str, float]]:
    """Return the temperature that makes the probabilities likeliest, and how often the classes are right.

    Rare classes are shown more often than they are; here each view weighs as much as the Sun's frequencies say.
    """
    wanted = arrays["kind"].reshape(-1)
    known = wanted >= 0
    if not known.any():
        return {"class_temperature": 1.0}, {}
    wanted = wanted[known]
    windows = arrays["windows"].reshape(-1, 3)[known]
    said = _said(models, arrays["crops"].reshape(-1, *arrays["crops"].shape[2:])[known], windows)
    shown = np.bincount(wanted, minlength=len(CLASSES)) / len(wanted)
    weights = np.array([FREQUENCIES[name] for name in CLASSES])[wanted] / shown[wanted]
    losses = [_loss(tempered(said, float(one)), wanted, weights) for one in _TEMPERATURES]
    best = int(np.argmin(losses))
    right = said.argmax(axis=1) == wanted
    four = [four_of(CLASSES[a]) == four_of(CLASSES[b]) for a, b in zip(said.argmax(axis=1), wanted, strict=True)]
    return {"class_temperature": float(_TEMPERATURES[best])}, {
        "class_accuracy": float(np.average(right, weights=weights)),
        "class_accuracy_of_beta": float(np.average(wanted == CLASSES.index("BETA"), weights=weights)),
        "balanced_accuracy": float(np.mean([right[wanted == one].mean() for one in np.unique(wanted)])),
        "four_class_accuracy": float(np.average(four, weights=weights)),
        "class_loss": float(losses[best]),
    }


def _said(models: Models, crops: NDArray[np.int16], windows: NDArray[np.float32]) -> NDArray[np.float32]:
    said = []
    for first in range(0, len(crops), _BATCH):
        pairs = zip(crops[first : first + _BATCH], windows[first : first + _BATCH].tolist(), strict=True)
        x = np.stack([planes(crop, Window(x=place[0], y=place[1], size=place[2])) for crop, place in pairs])
        said.append(models["classifier"](x=x)["probability"])
    return np.concatenate(said)


def _loss(said: NDArray[np.float64], wanted: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    return float(np.average(-np.log(said[np.arange(len(wanted)), wanted]), weights=weights))
