"""Trainings of the tiny program: complete settings, data, and how two results compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from helioscribe.sdk.training import TrainingData
from helioscribe.training.recipe import complete, resolve_options
from support.tiny_training import TinyProgram

__all__ = ["Straight", "same", "tiny_data", "tiny_options", "weights", "without_time"]


def tiny_options(**changes: Any) -> dict[str, Any]:
    """Defaults of host and program, with some changed."""
    return resolve_options(complete(TinyProgram().recipe()), changes)


def tiny_data(**changes: Any) -> TrainingData:
    """What the program trains on."""
    return TinyProgram().prepare(tiny_options(**changes), data=None, read=None)


class Straight(TinyProgram):
    """Without recurrence, which not every processor has in bfloat16."""

    def network(self, options):
        from torch import nn

        return nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 1))


def weights(found):
    """Weights of what `fit` found."""
    return {name: tensor.numpy() for name, tensor in found.network.state_dict().items()}


def same(a, b) -> bool:
    """Whether weights are the same, bit by bit."""
    return all(np.array_equal(a[name], b[name]) for name in a)


def without_time(history):
    """A history, but for how long it took."""
    return [{name: value for name, value in row.items() if not name.endswith("seconds")} for row in history]
