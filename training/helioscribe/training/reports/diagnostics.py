"""What scores are worth: the tuned threshold, the curves it was taken from, and whether they are probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.training.settings import FitOptions
from helioscribe.training.thresholds import Curve, Tuned, area_under_roc, tune

__all__ = ["Bin", "Diagnostics", "average_precision", "reliability"]

_BINS = 10
_POINTS = 400
_COLUMNS = ("precision", "recall", "false_alarm_rate", "f1", "tss", "hss", "accuracy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Samples of like scores."""

    score: float
    """Their mean score."""

    observed: float
    """The share of them that is positive."""

    count: int
    """How many there are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diagnostics:
    """Everything that the scores of a labelled set say."""

    tuned: Tuned
    """The threshold that serves the recipe's aim best."""

    auc: float
    """Area under the ROC curve."""

    average_precision: float
    """Area under precision over recall, as a sum of steps."""

    brier: float
    """Mean squared difference of score and label."""

    bins: Sequence[Bin]
    """Of the reliability diagram, by score."""

    @classmethod
    def of(cls, labels: NDArray[np.bool_], scores: NDArray[np.float64], options: FitOptions) -> Diagnostics | None:
        """Measure; None without labels of both classes."""
        if labels.all() or not labels.any():
            return None
        curve = Curve.of(labels, scores)
        return cls(
            tuned=tune(
                curve,
                options.objective,
                beta=options.beta,
                least_recall=options.least_recall,
                most_false_alarms=options.most_false_alarms,
            ),
            auc=area_under_roc(labels, scores),
            average_precision=average_precision(curve),
            brier=float(np.mean((scores - labels) ** 2)),
            bins=reliability(labels, scores),
        )

    @property
    def threshold(self) -> float:
        """The tuned threshold."""
        return self.tuned.threshold

    def summary(self) -> dict[str, object]:
        """Return figures for the model card."""
        at = self.tuned.curve.at(self.threshold)
        finite = {name: value for name, value in at.items() if np.isfinite(value)}
        return {
            "objective": self.tuned.objective,
            "threshold": self.threshold,
            "auc": self.auc,
            "average_precision": self.average_precision,
            "brier": self.brier,
            **finite,
        }

    def columns(self) -> Mapping[str, list[float | None]]:
        """Return measures by threshold, at most some hundred rows, for drawing and for a file."""
        curve = self.tuned.curve
        every, gains = np.arange(1, curve.thresholds.size), np.flatnonzero(np.diff(curve.column("recall"))) + 1
        # Where positives are few, the curves turn within the first scores.
        rows = np.unique([*_thinned(every), *_thinned(gains), curve.row(self.threshold)])
        table = {"threshold": curve.thresholds[rows]} | {name: curve.column(name)[rows] for name in _COLUMNS}
        return {
            name: [float(v) if np.isfinite(v) else None for v in np.asarray(values)] for name, values in table.items()
        }


def _thinned(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    chosen = np.linspace(0, rows.size - 1, min(_POINTS, rows.size)).round().astype(int)
    return np.asarray(rows[chosen])


def average_precision(curve: Curve) -> float:
    """Return the sum of precision times gain in recall."""
    gained = np.diff(curve.column("recall"))
    return float(np.sum(gained * curve.column("precision")[1:]))


def reliability(labels: NDArray[np.bool_], scores: NDArray[np.float64], *, bins: int = _BINS) -> list[Bin]:
    """Return bins of equal width in score; those without samples are left out."""
    place = np.clip((scores * bins).astype(int), 0, bins - 1)
    found = [(scores[place == one], labels[place == one]) for one in range(bins)]
    return [Bin(score=float(s.mean()), observed=float(t.mean()), count=s.size) for s, t in found if s.size]
