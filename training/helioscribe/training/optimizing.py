"""Optimizers and schedules of the learning rate, by the names of the recipe."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from helioscribe.training.settings import FitOptions
from helioscribe.training.torch_state import import_torch

__all__ = ["Schedule", "make_optimizer"]


def make_optimizer(network: Any, options: FitOptions) -> Any:
    """Return the optimizer of a network's weights."""
    torch = import_torch()
    shared = {"lr": options.learning_rate, "weight_decay": options.weight_decay}
    match options.optimizer:
        case "sgd":
            return torch.optim.SGD(network.parameters(), momentum=options.momentum, **shared)
        case "adamw":
            return torch.optim.AdamW(network.parameters(), **shared)
        case _:
            return torch.optim.Adam(network.parameters(), **shared)


class Schedule:
    """Sets the learning rate after each epoch.

    Its state follows from the history, so that none is kept: a run that goes on replays the epochs before.

    Parameters
    ----------
    optimizer
        Whose rate.
    options
        Of the recipe.
    """

    def __init__(self, optimizer: Any, options: FitOptions) -> None:
        self._optimizer, self._monitor = optimizer, options.monitor
        self._scheduler = _scheduler(optimizer, options)

    @property
    def rate(self) -> float:
        """The learning rate now."""
        return float(self._optimizer.param_groups[0]["lr"])

    def step(self, row: Mapping[str, float]) -> None:
        """Take note of an epoch."""
        if self._scheduler is None:
            return
        on_plateau = isinstance(self._scheduler, import_torch().optim.lr_scheduler.ReduceLROnPlateau)
        self._scheduler.step(*((row[self._monitor],) if on_plateau else ()))

    def replay(self, history: Sequence[Mapping[str, float]]) -> None:
        """Take note of all epochs before."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch misses the steps of the optimizer, which an earlier process made
            for row in history:
                self.step(row)


def _scheduler(optimizer: Any, options: FitOptions) -> Any:
    kinds = import_torch().optim.lr_scheduler
    match options.scheduler:
        case "exponential":
            return kinds.ExponentialLR(optimizer, gamma=options.gamma)
        case "cosine":
            return kinds.CosineAnnealingLR(optimizer, T_max=options.epochs, eta_min=options.lowest_rate)
        case "plateau":
            return kinds.ReduceLROnPlateau(
                optimizer,
                mode="min" if options.direction == "lower" else "max",
                factor=options.factor,
                patience=options.plateau_patience,
                min_lr=options.lowest_rate,
            )
        case _:
            return None
