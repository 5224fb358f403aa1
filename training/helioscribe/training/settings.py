"""What the loop itself reads of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.training.recipe import complete
from helioscribe.training.thresholds import OBJECTIVES

__all__ = ["FitOptions"]

_ABOVE_ZERO = ("epochs", "batch_size", "accumulate", "learning_rate", "gamma", "factor", "beta", "least_recall")
_AT_LEAST_ZERO = ("clip_norm", "momentum", "weight_decay", "plateau_patience", "lowest_rate", "patience", "min_delta")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "precision": ("float32", "amp"),
    "optimizer": ("sgd", "adam", "adamw"),
    "scheduler": ("none", "exponential", "cosine", "plateau"),
    "direction": ("lower", "higher"),
    "objective": OBJECTIVES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """The host's settings."""

    epochs: int
    """Most passes over the training part."""

    batch_size: int
    """Samples that are computed at once."""

    accumulate: int
    """Batches whose gradients make one step."""

    seed: int
    """Of everything random."""

    precision: str
    """``float32``, or ``amp``: the forward pass in half precision where that is safe."""

    clip_norm: float
    """Largest norm of the gradient; 0 leaves it as it is."""

    optimizer: str
    """``sgd``, ``adam`` or ``adamw``."""

    learning_rate: float
    """In the first epoch."""

    momentum: float
    """Of ``sgd``."""

    weight_decay: float
    """Added to the gradient (``sgd``, ``adam``), or taken off the weights (``adamw``)."""

    scheduler: str
    """``none``, ``exponential``, ``cosine`` or ``plateau``; it acts after each epoch."""

    gamma: float
    """Factor of ``exponential``."""

    factor: float
    """Factor of ``plateau``."""

    plateau_patience: int
    """Epochs without improvement after which ``plateau`` lowers the rate."""

    lowest_rate: float
    """Where ``cosine`` and ``plateau`` end."""

    monitor: str
    """Column of the history by which the best epoch is chosen."""

    direction: str
    """Whether ``lower`` or ``higher`` values of it are better."""

    patience: int
    """Epochs without improvement after which training ends; 0 never ends it early."""

    min_delta: float
    """How much better counts as an improvement."""

    objective: str
    """What the threshold of the validation scores is tuned for."""

    beta: float
    """How much more recall counts than precision, for ``f_beta``."""

    least_recall: float
    """For ``recall``: the highest precision with at least this recall."""

    most_false_alarms: float
    """For ``false_alarms``: the highest recall with at most this share of the negatives found."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> FitOptions:
        """Take them from a recipe. Raises `InvalidInputError` for a value that cannot be."""
        given = complete(options)
        chosen = cls(**{name: given[name] for name in cls.__slots__})
        for name in (*_ABOVE_ZERO, *_AT_LEAST_ZERO):
            value, least = getattr(chosen, name), "more than 0" if name in _ABOVE_ZERO else "at least 0"
            if value < 0 or (value == 0 and name in _ABOVE_ZERO):
                raise InvalidInputError(f"recipe: {name}: expected {least}, got {value}")
        for name, choices in _CHOICES.items():
            if getattr(chosen, name) not in choices:
                raise InvalidInputError(f"recipe: {name}: expected {', '.join(choices)}, got {getattr(chosen, name)!r}")
        return chosen

    def improves(self, value: float, best: float) -> bool:
        """Whether a value of the monitored column is better than the best so far."""
        gain = best - value if self.direction == "lower" else value - best
        return gain > self.min_delta
