"""One source or several: a classifier from few labels, with an honest estimate of how good it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl.training._fit_set import FitSet

__all__ = ["STRENGTH", "fit_counting"]

_FOLDS = 5
STRENGTH = 0.03
"""Of the regression: the inverse of its regularisation."""


def fit_counting(
    points: NDArray[np.float64], fit_set: FitSet, *, seed: int
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Fit a logistic regression in each of five stratified folds; their spread is the uncertainty.

    Rare classes weigh as much as common ones. With fewer than five labels of either class nothing is learned, and
    every image has one chance in two.

    Parameters
    ----------
    points
        Principal components, shape (image, component).
    fit_set
        What is known of the images.
    seed
        Of the folds.

    Returns
    -------
    tuple
        ``count_weights`` (fold, component) and ``count_bias`` (fold,) on the components themselves, and the scores of
        the images that each fold has not seen; images with something planted are in all folds, and not scored.
    """
    known = fit_set.counts >= 1
    several = fit_set.counts[known] > 1
    if min(several.sum(), (~several).sum()) < _FOLDS:
        nothing = {"count_weights": np.zeros((_FOLDS, points.shape[1])), "count_bias": np.zeros(_FOLDS)}
        return nothing, {"labels": int(known.sum()), "several": int(several.sum())}
    return _cross_validated(points[known], several, fit_set.planted[known], fit_set.weight[known], seed)


def _cross_validated(
    x: NDArray[np.float64],
    several: NDArray[np.bool_],
    planted: NDArray[np.bool_],
    weight: NDArray[np.float64],
    seed: int,
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    weights, bias, chance = [], [], np.zeros(len(x))
    for shown, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(x, several):
        train = np.union1d(shown, np.flatnonzero(planted))
        scale = x[train].std(axis=0) + 1e-9
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
        model.fit(x[train] / scale, several[train], sample_weight=weight[train])
        weights.append(model.coef_[0] / scale)
        bias.append(model.intercept_[0])
        chance[test] = model.predict_proba(x[test] / scale)[:, 1]
    fitted = {"count_weights": np.array(weights), "count_bias": np.array(bias)}
    return fitted, {"planted": int(planted.sum())} | _scores(several[~planted], chance[~planted])


def _scores(several: NDArray[np.bool_], chance: NDArray[np.float64]) -> dict[str, Any]:
    if several.all() or not several.any():
        return {"labels": len(several), "several": int(several.sum())}
    from sklearn.metrics import average_precision_score, balanced_accuracy_score, brier_score_loss, roc_auc_score

    return {
        "labels": len(several),
        "several": int(several.sum()),
        "balanced_accuracy": float(balanced_accuracy_score(several, chance > 0.5)),
        "roc_auc": float(roc_auc_score(several, chance)),
        "average_precision": float(average_precision_score(several, chance)),
        "brier": float(brier_score_loss(several, chance)),
    }
