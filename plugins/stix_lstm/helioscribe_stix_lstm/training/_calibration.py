"""Where the thresholds of a trained model lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe.sdk.training import Arrays
from helioscribe_stix_lstm._background import Excess
from helioscribe_stix_lstm._bands import NATIVE
from helioscribe_stix_lstm._forest import points, score
from helioscribe_stix_lstm._network import Output
from helioscribe_stix_lstm._score import flare_score, significance

__all__ = ["calibrated", "forest_points"]

QUIET_SHARE = 0.975
"""Share of quiet ten-minute sequences, simulated disturbances included, that stay below the threshold."""

SETTLED = 30
"""Steps after which the network has seen enough of a sequence."""

HELD = 4
"""Samples for which a score must hold to be a flare, 16 s."""

BATCH = 32

_VALID, _ACTIVITY, _GROUPED = NATIVE, NATIVE + 2, NATIVE + 3
_GROUPS = [0, 1, 3]


def calibrated(models: Models, arrays: Arrays) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the thresholds and what share of simulated flare and quiet samples exceeds them."""
    scores = _network_scores(models, arrays)[:, SETTLED:]
    label, weight = arrays["label"][:, SETTLED:], arrays["weight"][:, SETTLED:]
    quiet = arrays["label"].max(axis=1) == 0
    limit = float(np.quantile(_sustained(scores[quiet]), QUIET_SHARE))
    forest = _forest_limit(models, arrays)
    flare, calm = (label == 1) & (weight > 0), (label == 0) & (weight > 0)
    metrics = {
        "quiet_sequences": int(quiet.sum()),
        "flare_samples_above_threshold": _share(scores[flare] > limit),
        "quiet_samples_above_threshold": _share(scores[calm] > limit),
    }
    return {"threshold": limit, "forest_threshold": forest}, metrics


def _sustained(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest score that each row, shape (row, t), holds for the shortest duration of a flare."""
    return np.asarray(np.lib.stride_tricks.sliding_window_view(scores, HELD, axis=1).min(axis=-1).max(axis=1))


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if flags.size else 0.0


def _network_scores(models: Models, arrays: Arrays) -> NDArray[np.float64]:
    x = arrays["x"]
    parts = [models["network"](x=x[k : k + BATCH]) for k in range(0, len(x), BATCH)]
    outputs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = [_sequence_score(x[k], Output(**{name: value[k] for name, value in outputs.items()})) for k in range(len(x))]
    return np.stack(rows)


def _sequence_score(x: NDArray[np.float32], output: Output) -> NDArray[np.float64]:
    """Score one sequence, whose excess and activity are read back from its features."""
    nothing = np.zeros((len(x), NATIVE))
    excess = Excess(
        value=_excess(x), background=nothing, noise=nothing, activity=np.expm1(x[:, _ACTIVITY].astype(np.float64))
    )
    return flare_score(significance(output, excess, x[:, _VALID] > 0, "prediction"))


def _excess(x: NDArray[np.float32]) -> NDArray[np.float64]:
    return 2.0 * np.sinh(x[..., :NATIVE].astype(np.float64))


def forest_points(arrays: Arrays, *, is_grouped: bool) -> NDArray[np.float32]:
    """Return the points of all sequences without their flares, shape (point, band or group)."""
    chosen = (arrays["x"][..., _GROUPED].max(axis=1) > 0) == is_grouped
    series = arrays["quiet"][chosen].astype(np.float64)
    if not len(series):
        # A recipe without grouped sequences still gets a forest, which then knows one point.
        return np.zeros((1, len(_GROUPS) if is_grouped else NATIVE), np.float32)
    at = np.concatenate([points(row) for row in series])
    return at[:, _GROUPS] if is_grouped else at


def _forest_limit(models: Models, arrays: Arrays) -> float:
    """Take undisturbed series: to the forest a disturbance is as odd as a flare, and no threshold parts the two."""
    forest = models.arrays("forest")
    chosen = arrays["quiet"][arrays["x"][..., _GROUPED].max(axis=1) == 0].astype(np.float64)
    tops = [float(score(forest, points(row)).max()) for row in chosen]
    return max(1.0, float(np.quantile(tops, QUIET_SHARE))) if tops else 1.0
