"""Labels and scores of the validation part, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.scoring import Scoring
from helioscribe.sdk.training import Split, TrainingProgram
from helioscribe.training.arrays import count_samples, tensors
from helioscribe.training.thresholds import Curve, area_under_roc
from helioscribe.training.torch_state import import_torch

__all__ = ["Scores"]


class Scores:
    """Collects labels and scores batch by batch; stays empty with a program that has none."""

    def __init__(self) -> None:
        self._labels: list[NDArray[np.int8]] = []
        self._scores: list[NDArray[np.float64]] = []

    @classmethod
    def of(cls, program: TrainingProgram, network: Any, split: Split, *, batch_size: int) -> Scores:
        """Score a part of a dataset with a network on the CPU."""
        scores, torch = cls(), import_torch()
        arrays = tensors(split, "scored")
        with torch.no_grad():
            for chosen in torch.arange(count_samples(arrays)).split(batch_size):
                scores.add(program, network, {name: array[chosen] for name, array in arrays.items()})
        return scores

    def add(self, program: TrainingProgram, network: Any, batch: Mapping[str, Any]) -> None:
        """Score a batch."""
        if isinstance(program, Scoring):
            labels, scores = program.scores(network, batch)
            self._labels.append(labels.detach().cpu().numpy().round().astype(np.int8))
            self._scores.append(scores.detach().cpu().double().numpy())

    @property
    def labels(self) -> NDArray[np.int8]:
        """1, 0, or negative where nobody knows; shape (sample, ...)."""
        return np.concatenate(self._labels) if self._labels else np.empty(0, np.int8)

    @property
    def scores(self) -> NDArray[np.float64]:
        """Probabilities, shape of `labels`."""
        return np.concatenate(self._scores) if self._scores else np.empty(0)

    def known(self) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return labels and scores where the label is known, shape (n,)."""
        labels = self.labels.ravel()
        return labels[labels >= 0] == 1, self.scores.ravel()[labels >= 0]

    def measures(self) -> dict[str, float]:
        """Return F1 at 0.5, the best F1, AUC and Brier score; nothing without labels of both classes."""
        labels, scores = self.known()
        if labels.all() or not labels.any():
            return {}
        curve = Curve.of(labels, scores)
        return {
            "f1": curve.at(0.5)["f1"],
            "best_f1": float(np.nanmax(curve.column("f1"))),
            "auc": area_under_roc(labels, scores),
            "brier": float(np.mean((scores - labels) ** 2)),
        }
