"""The training loop: same recipe and data, same weights, whether or not it was interrupted."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, PermanentError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.sdk.training import Arrays, Split, TrainingData, TrainingProgram
from helioscribe.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

__all__ = ["Fit", "FitOptions", "Progress", "count_samples", "dataset_digest", "fit", "import_torch"]

Progress = Callable[[str, float], None]
"""Told the name of a step and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """What the loop itself reads of a recipe."""

    epochs: int
    """Most passes over the training part."""

    batch_size: int
    """Samples in a step."""

    learning_rate: float
    """Of Adam."""

    patience: int
    """Epochs without a better validation loss after which training ends."""

    seed: int
    """Of everything random."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> FitOptions:
        """Take them from a recipe. Raises `InvalidInputError` for a value that cannot be."""
        try:
            chosen = cls(**{name: options[name] for name in cls.__slots__})
        except KeyError as error:
            raise InvalidInputError(f"recipe: the setting {error} is missing") from None
        for name in ("epochs", "batch_size", "learning_rate", "patience"):
            if not getattr(chosen, name) > 0:
                raise InvalidInputError(f"recipe: {name}: expected more than 0, got {getattr(chosen, name)}")
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came out."""

    network: Any
    """The network with its best weights, in evaluation mode, on the CPU."""

    history: Sequence[Mapping[str, float]]
    """One row an epoch: ``epoch``, ``train_loss``, ``validation_loss``, their parts, ``seconds``."""

    best_epoch: int
    """Epoch of the lowest validation loss, from 1."""

    device: str
    """``cpu`` or ``cuda``."""


def import_torch() -> Any:
    """Return torch. Raises `MissingDependencyError` if it is not installed."""
    # cuBLAS reads this when it starts, and only then can its results be repeated.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        import torch
    except ImportError:
        raise MissingDependencyError.of("torch", extra="training") from None
    return torch


def fit(
    program: TrainingProgram,
    data: TrainingData,
    options: Mapping[str, Any],
    *,
    folder: Path | None = None,
    progress: Progress = lambda _step, _share: None,
    check: Callable[[], None] = lambda: None,
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
    folder
        Where a checkpoint is kept after each epoch; if one of this recipe and data is there, training goes on from it.
    progress
        Told after each batch.
    check
        Called before each batch; raises if the work shall stop.
    device
        ``cpu``, ``cuda``, or ``auto`` for a GPU if there is one.

    Raises
    ------
    InvalidInputError
        If recipe or data cannot be used.
    PermanentError
        If the loss is no number any more; the last checkpoint stays.
    """
    torch, chosen = import_torch(), FitOptions.of(options)
    parts = (_tensors(data.train, "train"), _tensors(data.validation, "validation"))
    where = _device(torch, device)
    key = digest(canonical_json({"options": dict(options), "data": dataset_digest(data)}).encode())
    path = folder / "checkpoint.safetensors" if folder else None
    with _deterministic(torch):
        _seed(torch, chosen.seed, 0)
        network = program.network(options).to(where)
        loop = _Loop(
            program=program, network=network, options=chosen, device=where, progress=progress, check=check
        )
        state = loop.start(read_checkpoint(path, key=key) if path else None)
        while state.epoch < chosen.epochs and state.epoch - state.best_epoch < chosen.patience:
            state = loop.epoch(state, *parts)
            if path:
                write_checkpoint(path, state, key=key)
    network.load_state_dict(state.best)
    return Fit(network=network.cpu().eval(), history=state.history, best_epoch=state.best_epoch, device=where)


class _Loop:
    def __init__(
        self,
        *,
        program: TrainingProgram,
        network: Any,
        options: FitOptions,
        device: str,
        progress: Progress,
        check: Callable[[], None],
    ) -> None:
        self._torch = import_torch()
        self._program, self._network, self._options = program, network, options
        self._device, self._progress, self._check = device, progress, check
        self._adam = self._torch.optim.Adam(network.parameters(), lr=options.learning_rate)

    def start(self, checkpoint: Checkpoint | None) -> Checkpoint:
        if checkpoint is None:
            weights = _copy(self._network.state_dict())
            return Checkpoint(epoch=0, best_epoch=0, history=(), weights=weights, best=weights, optimizer={})
        self._network.load_state_dict(checkpoint.weights)
        if checkpoint.optimizer:
            groups = self._adam.state_dict()["param_groups"]
            self._adam.load_state_dict({"state": checkpoint.optimizer, "param_groups": groups})
        return checkpoint

    def epoch(self, state: Checkpoint, train: Mapping[str, Any], validation: Mapping[str, Any]) -> Checkpoint:
        number, begin = state.epoch + 1, time.perf_counter()
        # Seeds follow from the epoch alone, so that a resumed run draws what an uninterrupted one would.
        _seed(self._torch, self._options.seed, number)
        order = self._torch.randperm(count_samples(train))
        rows = self._pass(train, order, number, training=True)
        self._network.eval()
        with self._torch.no_grad():
            checks = self._pass(validation, self._torch.arange(count_samples(validation)), number, training=False)
        row = {"epoch": float(number), **_named("train", rows), **_named("validation", checks)}
        row["seconds"] = time.perf_counter() - begin
        weights = _copy(self._network.state_dict())
        known = [float(old["validation_loss"]) for old in state.history]
        better = not known or row["validation_loss"] < min(known)
        return Checkpoint(
            epoch=number,
            best_epoch=number if better else state.best_epoch,
            history=(*state.history, row),
            weights=weights,
            best=weights if better else state.best,
            optimizer={index: _copy(slot) for index, slot in self._adam.state_dict()["state"].items()},
        )

    def _pass(self, arrays: Mapping[str, Any], order: Any, number: int, *, training: bool) -> dict[str, float]:
        self._network.train(training)
        sums: dict[str, float] = {}
        for first in range(0, len(order), self._options.batch_size):
            self._check()
            chosen = order[first : first + self._options.batch_size]
            batch = {name: array[chosen].to(self._device) for name, array in arrays.items()}
            loss, parts = self._program.loss(self._network, batch)
            value = self._finite(float(loss.detach()), number, first)
            if training:
                self._adam.zero_grad(set_to_none=True)
                loss.backward()
                self._adam.step()
                self._progress(f"epoch {number}", min(1.0, (first + len(chosen)) / len(order)))
            for name, part in {"loss": value, **parts}.items():
                sums[name] = sums.get(name, 0.0) + part * len(chosen)
        return {name: total / len(order) for name, total in sums.items()}

    def _finite(self, value: float, number: int, first: int) -> float:
        if not np.isfinite(value):
            batch = first // self._options.batch_size + 1
            raise PermanentError(
                f"training: the loss is {value} in epoch {number}, batch {batch}, at learning rate "
                f"{self._options.learning_rate}; the checkpoint of the epoch before is kept"
            )
        return value


def _named(prefix: str, row: Mapping[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": float(value) for name, value in row.items()}


def _copy(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return copies: the tensors themselves change with the next step."""
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}


def _device(torch: Any, wanted: str) -> str:
    if wanted not in {"auto", "cpu", "cuda"}:
        raise InvalidInputError(f"device: expected auto, cpu or cuda, got {wanted!r}")
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise InvalidInputError("device: there is no GPU that torch can use here")
    return "cuda" if there and wanted != "cpu" else "cpu"


def _seed(torch: Any, seed: int, epoch: int) -> None:
    value = int(np.random.SeedSequence([seed % 2**32, epoch]).generate_state(1)[0])
    random.seed(value)
    np.random.seed(value)  # noqa: NPY002  # a plugin's loss may use the global generator
    torch.manual_seed(value)


@contextmanager
def _deterministic(torch: Any) -> Iterator[None]:
    """Ask for deterministic kernels where there are any, and leave the process as it was."""
    before = torch.are_deterministic_algorithms_enabled()
    warn, benchmark = torch.is_deterministic_algorithms_warn_only_enabled(), torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn)
        torch.backends.cudnn.benchmark = benchmark


def count_samples(arrays: Mapping[str, Any]) -> int:
    """Return the number of samples in arrays that share their first axis."""
    return len(next(iter(arrays.values())))


def _tensors(split: Split, part: str) -> dict[str, Any]:
    torch = import_torch()
    lengths = {name: len(array) for name, array in split.arrays.items()}
    if not lengths or len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise InvalidInputError(f"dataset: {part}: expected arrays of one length of at least 1, got {lengths}")
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in split.arrays.items()}


def dataset_digest(data: TrainingData) -> str:
    """Sha256 over names, types, shapes and bytes of all arrays."""
    parts = {"train": _digests(data.train.arrays), "validation": _digests(data.validation.arrays)}
    return digest(canonical_json(parts).encode())


def _digests(arrays: Arrays) -> dict[str, list[Any]]:
    return {
        name: [str(array.dtype), list(array.shape), digest(np.ascontiguousarray(array).tobytes())]
        for name, array in arrays.items()
    }
