"""Where training stands: tensors in safetensors, the rest as JSON in its header; written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from helioscribe.domain.errors import ConflictError, InvalidInputError, PermanentError

__all__ = ["Checkpoint", "CheckpointStore", "FolderCheckpoints", "NoCheckpoints", "read_checkpoint", "write_checkpoint"]

_HEADER_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """Where training stands after an epoch."""

    epoch: int
    """Epochs done."""

    best_epoch: int
    """The one with the lowest validation loss; 0 before the first."""

    history: tuple[Mapping[str, float], ...]
    """One row an epoch."""

    weights: Mapping[str, Any]
    """Tensors of the network."""

    best: Mapping[str, Any]
    """Tensors of the network after the best epoch."""

    optimizer: Mapping[int, Mapping[str, Any]]
    """Tensors of the optimizer by number of the weight."""

    scaler: Mapping[str, Any] = field(default_factory=dict)
    """Numbers of the scaling of the loss; empty without it."""


class CheckpointStore(Protocol):
    """Keeps the last checkpoint of one run."""

    def read(self) -> bytes | None:
        """Return the last checkpoint; None if there is none."""

    def write(self, data: bytes, *, row: Mapping[str, float]) -> None:
        """Put a checkpoint in place of the one before, or leave that as it was and raise.

        Parameters
        ----------
        data
            The checkpoint.
        row
            Of the history: the epoch that it was written after.

        Raises
        ------
        HelioscribeError
            If it cannot be kept.
        """


class NoCheckpoints:
    """Keeps nothing."""

    def read(self) -> bytes | None:
        """Return None."""
        return None

    def write(self, data: bytes, *, row: Mapping[str, float]) -> None:
        """Forget it."""


class FolderCheckpoints:
    """Keeps the last checkpoint as ``checkpoint.safetensors`` in a folder.

    Parameters
    ----------
    folder
        Made if missing.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "checkpoint.safetensors"

    def read(self) -> bytes | None:
        """Return the last checkpoint; None if there is none."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def write(self, data: bytes, *, row: Mapping[str, float]) -> None:
        """Write it beside the one before, then rename it."""
        temporary = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self._path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            doing = f"checkpoint of epoch {row['epoch']:.0f} was not written, the one before is kept"
            raise PermanentError.wrap(error, doing=doing) from None


def write_checkpoint(store: CheckpointStore, state: Checkpoint, *, key: str) -> None:
    """Write a checkpoint in place of the one before.

    Parameters
    ----------
    store
        Where to.
    state
        Where training stands.
    key
        Names recipe and data; only the same may go on from here.
    """
    from safetensors.torch import save

    tensors = {f"weights/{name}": tensor for name, tensor in state.weights.items()}
    # Two names of one memory are refused, so the best weights are copied.
    tensors |= {f"best/{name}": tensor.clone() for name, tensor in state.best.items()}
    tensors |= {f"optimizer/{number}/{name}": t for number, slot in state.optimizer.items() for name, t in slot.items()}
    meta = {
        "key": key,
        "epoch": state.epoch,
        "best_epoch": state.best_epoch,
        "history": state.history,
        "scaler": dict(state.scaler),
    }
    store.write(save(tensors, metadata={"helioscribe": json.dumps(meta, allow_nan=False)}), row=state.history[-1])


def read_checkpoint(store: CheckpointStore, *, key: str) -> Checkpoint | None:
    """Return the last checkpoint; None if there is none.

    Raises
    ------
    ConflictError
        If it belongs to another recipe or other data.
    InvalidInputError
        If what is there is no checkpoint.
    """
    data = store.read()
    if data is None:
        return None
    meta, tensors = _load(data)
    if meta.get("key") != key:
        raise ConflictError("the checkpoint is of another recipe or other data; take a new folder")
    parts: dict[str, dict[str, Any]] = {"weights": {}, "best": {}, "optimizer": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition("/")
        parts[part][rest] = tensor
    optimizer: dict[int, dict[str, Any]] = {}
    for name, tensor in parts["optimizer"].items():
        number, _, slot = name.partition("/")
        optimizer.setdefault(int(number), {})[slot] = tensor
    return Checkpoint(
        epoch=meta["epoch"],
        best_epoch=meta["best_epoch"],
        history=tuple(meta["history"]),
        weights=parts["weights"],
        best=parts["best"],
        optimizer=optimizer,
        scaler=meta["scaler"],
    )


def _load(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        length = min(int.from_bytes(data[:8], "little"), _HEADER_LIMIT)
        meta = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["helioscribe"])
        return dict(meta), dict(load(data))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="not a checkpoint") from None
