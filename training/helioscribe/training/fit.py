"""The training loop: same recipe and data, same weights, whether or not it was interrupted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError, PermanentError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.sdk.training import TrainingData, TrainingProgram
from helioscribe.training.arrays import count_samples, dataset_digest, tensors
from helioscribe.training.checkpoint import (
    Checkpoint,
    CheckpointStore,
    NoCheckpoints,
    read_checkpoint,
    write_checkpoint,
)
from helioscribe.training.optimizing import Schedule, make_optimizer
from helioscribe.training.scoring import Scores
from helioscribe.training.settings import FitOptions
from helioscribe.training.torch_state import choose_device, copied, deterministic, import_torch, seed_everything

__all__ = ["Fit", "Observer", "fit"]


class Observer:
    """Hears of a run while it goes on. This one does nothing with it."""

    def step(self, name: str, share: float) -> None:
        """Take note of how far a step is, 0 to 1."""

    def epoch(self, row: Mapping[str, float], *, best: int, of: int) -> None:
        """Take note of an epoch's row, the best epoch so far and the most that there can be."""

    def check(self) -> None:
        """Raise if the work shall stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came out."""

    network: Any
    """The network with its best weights, in evaluation mode, on the CPU."""

    history: Sequence[Mapping[str, float]]
    """One row an epoch: ``epoch``, ``train_loss``, ``validation_loss``, their parts, ``learning_rate``, ``seconds``
    and ``cpu_seconds`` of the process."""

    best_epoch: int
    """The best by what the recipe monitors, from 1."""

    device: str
    """``cpu`` or ``cuda``."""


def fit(
    program: TrainingProgram,
    data: TrainingData,
    options: Mapping[str, Any],
    *,
    checkpoints: CheckpointStore | None = None,
    observer: Observer | None = None,
    device: str = "auto",
) -> Fit:
    """Train a network.

    Parameters
    ----------
    program
        Whose network, and its loss.
    data
        What to train on.
    options
        The whole recipe.
    checkpoints
        Where the state is kept after each epoch; if that of this recipe and data is there, training goes on from it.
    observer
        Told after each batch and epoch; may raise in `Observer.check`, which is called before each batch.
    device
        ``cpu``, ``cuda``, or ``auto`` for a GPU if there is one.

    Raises
    ------
    InvalidInputError
        If recipe or data cannot be used.
    PermanentError
        If the loss is no number any more, or the state cannot be written; the last checkpoint stays.
    """
    chosen, store = FitOptions.of(options), checkpoints or NoCheckpoints()
    parts = (tensors(data.train, "train"), tensors(data.validation, "validation"))
    where = choose_device(device)
    key = digest(canonical_json({"options": dict(options), "data": dataset_digest(data)}).encode())
    with deterministic():
        seed_everything(chosen.seed, 0)
        network = program.network(options).to(where)
        loop = _Loop(program=program, network=network, options=chosen, device=where, observer=observer or Observer())
        state = loop.start(read_checkpoint(store, key=key))
        while state.epoch < chosen.epochs and not _ended(state, chosen):
            state = loop.epoch(state, *parts)
            write_checkpoint(store, state, key=key)
            loop.observer.epoch(state.history[-1], best=state.best_epoch, of=chosen.epochs)
    network.load_state_dict(state.best)
    return Fit(network=network.cpu().eval(), history=state.history, best_epoch=state.best_epoch, device=where)


def _ended(state: Checkpoint, options: FitOptions) -> bool:
    return options.patience > 0 and state.epoch - state.best_epoch >= options.patience


class _Loop:
    def __init__(
        self, *, program: TrainingProgram, network: Any, options: FitOptions, device: str, observer: Observer
    ) -> None:
        self._torch = import_torch()
        self._program, self._network, self._options = program, network, options
        self._device, self.observer = device, observer
        self._optimizer = make_optimizer(network, options)
        self._schedule = Schedule(self._optimizer, options)
        # Half precision loses small gradients, so the loss is scaled; bfloat16, which the CPU has, keeps them.
        self._half = options.precision == "amp"
        self._scaler = self._torch.amp.GradScaler(device, enabled=self._half and device == "cuda")

    def start(self, checkpoint: Checkpoint | None) -> Checkpoint:
        if checkpoint is None:
            weights = copied(self._network.state_dict())
            return Checkpoint(epoch=0, best_epoch=0, history=(), weights=weights, best=weights, optimizer={})
        self._network.load_state_dict(checkpoint.weights)
        self._schedule.replay(checkpoint.history)
        if checkpoint.optimizer:
            groups = self._optimizer.state_dict()["param_groups"]
            self._optimizer.load_state_dict({"state": checkpoint.optimizer, "param_groups": groups})
        if checkpoint.scaler:
            self._scaler.load_state_dict(dict(checkpoint.scaler))
        return checkpoint

    def epoch(self, state: Checkpoint, train: Mapping[str, Any], validation: Mapping[str, Any]) -> Checkpoint:
        number, begin, busy = state.epoch + 1, time.perf_counter(), time.process_time()
        seed_everything(self._options.seed, number)
        rows = self._train(train, number)
        checks = self._validate(validation, number)
        row = {"epoch": float(number), **_named("train", rows), **_named("validation", checks)}
        row |= {"learning_rate": self._schedule.rate, "seconds": time.perf_counter() - begin}
        row["cpu_seconds"] = time.process_time() - busy
        better = self._better(row, state)
        self._schedule.step(row)
        weights = copied(self._network.state_dict())
        return Checkpoint(
            epoch=number,
            best_epoch=number if better else state.best_epoch,
            history=(*state.history, row),
            weights=weights,
            best=weights if better else state.best,
            optimizer={index: copied(slot) for index, slot in self._optimizer.state_dict()["state"].items()},
            scaler=self._scaler.state_dict(),
        )

    def _better(self, row: Mapping[str, float], state: Checkpoint) -> bool:
        name = self._options.monitor
        if name not in row:
            known = ", ".join(sorted(set(row) - {"epoch", "seconds", "cpu_seconds"}))
            raise InvalidInputError(f"recipe: monitor: no column {name!r} in the history; available: {known}")
        return state.best_epoch == 0 or self._options.improves(row[name], state.history[state.best_epoch - 1][name])

    def _train(self, arrays: Mapping[str, Any], number: int) -> dict[str, float]:
        self._network.train(True)
        order = self._torch.randperm(count_samples(arrays))
        size, total = self._options.batch_size * self._options.accumulate, _Sums()
        for start in range(0, len(order), size):
            group = order[start : start + size]
            self._optimizer.zero_grad(set_to_none=True)
            for chosen in group.split(self._options.batch_size):
                loss = self._loss(self._batch(arrays, chosen), len(chosen), number, total)
                # Each batch counts by its samples, so that the step is that of the whole group at once.
                self._scaler.scale(loss * (len(chosen) / len(group))).backward()
                self.observer.step("training", (number - 1 + total.samples / len(order)) / self._options.epochs)
            self._step()
        return total.means()

    def _step(self) -> None:
        if self._options.clip_norm:
            self._scaler.unscale_(self._optimizer)
            self._torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._options.clip_norm)
        self._scaler.step(self._optimizer)
        self._scaler.update()

    def _validate(self, arrays: Mapping[str, Any], number: int) -> dict[str, float]:
        self._network.eval()
        total, scores = _Sums(), Scores()
        with self._torch.no_grad():
            for chosen in self._torch.arange(count_samples(arrays)).split(self._options.batch_size):
                batch = self._batch(arrays, chosen)
                self._loss(batch, len(chosen), number, total)
                scores.add(self._program, self._network, batch)
        return total.means() | scores.measures()

    def _loss(self, batch: Mapping[str, Any], samples: int, number: int, total: _Sums) -> Any:
        self.observer.check()
        with self._torch.autocast(self._device, enabled=self._half):
            loss, parts = self._program.loss(self._network, batch)
        value = float(loss.detach())
        if not np.isfinite(value):
            kept = "; the checkpoint of the epoch before is kept" if number > 1 else ""
            raise PermanentError(
                f"training: the loss is {value} in epoch {number}, batch {total.batches + 1}, at learning rate "
                f"{self._schedule.rate:g}{kept}"
            )
        total.add({"loss": value, **parts}, samples)
        return loss

    def _batch(self, arrays: Mapping[str, Any], chosen: Any) -> dict[str, Any]:
        return {name: array[chosen].to(self._device) for name, array in arrays.items()}


class _Sums:
    """Means over samples of what each batch reports."""

    def __init__(self) -> None:
        self.batches = 0
        self.samples = 0
        self._sums: dict[str, float] = {}

    def add(self, values: Mapping[str, float], samples: int) -> None:
        self.batches += 1
        self.samples += samples
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value * samples

    def means(self) -> dict[str, float]:
        return {name: total / self.samples for name, total in self._sums.items()}


def _named(prefix: str, row: Mapping[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": float(value) for name, value in row.items()}
