"""The threshold that comes with the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe.sdk.training import Arrays
from helioscribe_jet_rcnn._windows import windows_scored
from helioscribe_jet_rcnn.data.windows import KINDS
from helioscribe_jet_rcnn.metrics import STEPS, f1_curve, summary
from helioscribe_jet_rcnn.training._dataset import STEP

__all__ = ["tuned"]

_BATCH = 8


def tuned(models: Models, arrays: Arrays) -> tuple[Mapping[str, float], Mapping[str, Any]]:
    """Return the threshold with the best F1 on windows of held-out events, and what it reaches there.

    Of thresholds of the same F1, the middle one is taken.
    """
    scores = np.array([
        _score(x[:length], models) for x, length in zip(arrays["x"], arrays["length"].tolist(), strict=True)
    ])  # fmt: skip
    labels = arrays["label"] > 0.5
    curve = f1_curve(labels, scores)
    best = STEPS[curve >= curve.max() - 1e-9]
    threshold = float(best[len(best) // 2])
    kinds = np.array(KINDS)[arrays["kind"]]
    shares = {kind: round(float((scores[kinds == kind] >= threshold).mean()), 4) for kind in sorted(set(kinds))}
    return {"threshold": threshold}, {
        "validation": summary(labels, scores, threshold), "above the threshold": shares,
        "f1 against threshold": {"threshold": STEPS.tolist(), "f1": curve.round(4).tolist()},
    }  # fmt: skip


def _score(x: NDArray[np.int8], models: Models) -> float:
    frames = x.astype(np.float32) * np.float32(STEP)
    gates = np.concatenate([
        models["encoder"](x=frames[first : first + _BATCH])["gates"] for first in range(0, len(frames), _BATCH)
    ])  # fmt: skip
    return float(windows_scored(gates, np.zeros(1, np.intp), models)[0])
