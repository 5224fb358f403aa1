"""Every threshold with what it costs, and the one that serves an aim best."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["OBJECTIVES", "Curve", "Tuned", "area_under_roc", "tune"]

OBJECTIVES = ("f1", "f_beta", "recall", "false_alarms", "tss", "hss")
"""What a threshold may be tuned for.

``recall`` is the highest precision with at least that recall; ``false_alarms`` the highest recall with at most that
rate of false alarms, as Neyman and Pearson test.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Confusion counts at every threshold that makes a difference. A score counts as found if it reaches it."""

    thresholds: NDArray[np.float64]
    """Falling, shape (n,); the first one finds nothing."""

    found: NDArray[np.int64]
    """True positives."""

    false: NDArray[np.int64]
    """False positives."""

    positives: int
    """Of the labels."""

    negatives: int
    """Of the labels."""

    @classmethod
    def of(cls, labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
        """Count.

        Raises
        ------
        InvalidInputError
            If the labels are of one class only, or a score is no number.
        """
        positives = int(labels.sum())
        if positives in {0, labels.size}:
            raise InvalidInputError(f"scores: expected both classes, {positives} of {labels.size} labels are positive")
        if not np.isfinite(scores).all():
            raise InvalidInputError("scores: expected finite numbers")
        order = np.argsort(-scores, kind="stable")
        ranked, hits = scores[order], labels[order]
        last = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
        found = np.cumsum(hits)[last]
        return cls(
            thresholds=np.concatenate([[np.inf], ranked[last]]),
            found=np.concatenate([[0], found]),
            false=np.concatenate([[0], last + 1 - found]),
            positives=positives,
            negatives=labels.size - positives,
        )

    def column(self, name: str, *, beta: float = 1.0) -> NDArray[np.float64]:
        """Return a measure at each threshold; NaN where it is undefined.

        ``precision``, ``recall``, ``false_alarm_rate``, ``accuracy``, ``f1``, ``f_beta``, ``tss`` (true skill
        statistic) and ``hss`` (Heidke skill score against chance).
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(_COLUMNS[name](self, beta), np.float64)

    def at(self, threshold: float) -> dict[str, float]:
        """Return all measures at a threshold; NaN where one is undefined."""
        row = self.row(threshold)
        return {name: float(self.column(name)[row]) for name in _COLUMNS} | self.counts(row)

    def row(self, threshold: float) -> int:
        """Return the row that counts what scores at least so much."""
        return int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1

    def counts(self, row: int) -> dict[str, float]:
        """Return the confusion matrix at the threshold of a row."""
        tp, fp = int(self.found[row]), int(self.false[row])
        return {"tp": tp, "fp": fp, "fn": self.positives - tp, "tn": self.negatives - fp}


def _precision(c: Curve, _: float) -> Any:
    return c.found / (c.found + c.false)


def _recall(c: Curve, _: float) -> Any:
    return c.found / c.positives


def _false_alarms(c: Curve, _: float) -> Any:
    return c.false / c.negatives


def _accuracy(c: Curve, _: float) -> Any:
    return (c.found + c.negatives - c.false) / (c.positives + c.negatives)


def _f_beta(c: Curve, beta: float) -> Any:
    missed = c.positives - c.found
    return (1 + beta**2) * c.found / ((1 + beta**2) * c.found + beta**2 * missed + c.false)


def _hss(c: Curve, _: float) -> Any:
    tp, fp, fn = c.found, c.false, c.positives - c.found
    tn = c.negatives - fp
    return 2 * (tp * tn - fp * fn) / (c.positives * (fn + tn) + (tp + fp) * c.negatives)


_COLUMNS: Mapping[str, Callable[[Curve, float], Any]] = {
    "precision": _precision,
    "recall": _recall,
    "false_alarm_rate": _false_alarms,
    "accuracy": _accuracy,
    "f1": lambda c, _: _f_beta(c, 1.0),
    "f_beta": _f_beta,
    "tss": lambda c, _: _recall(c, 0) - _false_alarms(c, 0),
    "hss": _hss,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tuned:
    """The threshold that serves an aim best, with the curve that it was taken from."""

    threshold: float
    """Scores at least this high count as found."""

    objective: str
    """What it was tuned for."""

    value: float
    """Of the objective at the threshold."""

    curve: Curve
    """All thresholds."""


def tune(
    curve: Curve, objective: str, *, beta: float = 1.0, least_recall: float = 0.9, most_false_alarms: float = 0.1
) -> Tuned:
    """Return the best threshold; of equally good ones the highest.

    Parameters
    ----------
    curve
        All thresholds.
    objective
        One of `OBJECTIVES`.
    beta
        How much more recall counts than precision, for ``f_beta``.
    least_recall
        For ``recall``.
    most_false_alarms
        For ``false_alarms``: share of the negatives that may be found; more only if the highest score finds more.

    Raises
    ------
    InvalidInputError
        For another objective, or numbers that cannot be.
    """
    if objective not in OBJECTIVES:
        raise InvalidInputError(f"recipe: objective: expected {', '.join(OBJECTIVES)}, got {objective!r}")
    if not beta > 0 or not 0 < least_recall <= 1:
        raise InvalidInputError(f"recipe: expected beta above 0 and least_recall in (0, 1], got {beta}, {least_recall}")
    if not 0 <= most_false_alarms < 1:
        raise InvalidInputError(f"recipe: expected most_false_alarms in [0, 1), got {most_false_alarms}")
    if objective == "recall":
        enough = curve.column("recall") >= least_recall
        values = np.where(enough, curve.column("precision"), np.nan)
    elif objective == "false_alarms":
        rate = curve.column("false_alarm_rate")
        values = np.where(rate <= max(most_false_alarms, rate[1]), curve.column("recall"), np.nan)
    else:
        values = curve.column(objective, beta=beta)
    best = 1 + int(np.nanargmax(values[1:]))
    return Tuned(threshold=float(curve.thresholds[best]), objective=objective, value=float(values[best]), curve=curve)


def area_under_roc(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve, from the scores and not from decisions."""
    curve = Curve.of(labels, scores)
    recall, false = curve.column("recall"), curve.column("false_alarm_rate")
    return float(np.sum(np.diff(false) * (recall[1:] + recall[:-1])) / 2)
