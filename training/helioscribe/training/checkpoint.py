"""Where training stands: tensors in safetensors, the rest as JSON in its header; one file, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import ConflictError, InvalidInputError

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

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


def write_checkpoint(path: Path, state: Checkpoint, *, key: str) -> None:
    """Write a checkpoint in place of the one before.

    Parameters
    ----------
    path
        Of the file.
    state
        Where training stands.
    key
        Names recipe and data; only the same may go on from here.
    """
    from safetensors.torch import save

    tensors = {f"weights/{name}": tensor for name, tensor in state.weights.items()}
    # Two names of one memory are refused, so the best weights are copied.
    tensors |= {f"best/{name}": tensor.clone() for name, tensor in state.best.items()}
    tensors |= {f"adam/{number}/{name}": t for number, slot in state.optimizer.items() for name, t in slot.items()}
    meta = {"key": key, "epoch": state.epoch, "best_epoch": state.best_epoch, "history": state.history}
    data = save(tensors, metadata={"helioscribe": json.dumps(meta, allow_nan=False)})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def read_checkpoint(path: Path, *, key: str) -> Checkpoint | None:
    """Return the checkpoint in a file; None if there is none.

    Raises
    ------
    ConflictError
        If it belongs to another recipe or other data.
    InvalidInputError
        If the file is no checkpoint.
    """
    if not path.exists():
        return None
    meta, tensors = _load(path)
    if meta.get("key") != key:
        raise ConflictError(f"{path.parent.name}: the checkpoint is of another recipe or other data; take a new folder")
    parts: dict[str, dict[str, Any]] = {"weights": {}, "best": {}, "adam": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition("/")
        parts[part][rest] = tensor
    optimizer: dict[int, dict[str, Any]] = {}
    for name, tensor in parts["adam"].items():
        number, _, slot = name.partition("/")
        optimizer.setdefault(int(number), {})[slot] = tensor
    return Checkpoint(
        epoch=meta["epoch"],
        best_epoch=meta["best_epoch"],
        history=tuple(meta["history"]),
        weights=parts["weights"],
        best=parts["best"],
        optimizer=optimizer,
    )


def _load(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    data = path.read_bytes()
    try:
        length = min(int.from_bytes(data[:8], "little"), _HEADER_LIMIT)
        meta = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["helioscribe"])
        return dict(meta), dict(load(data))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing=f"{path.name}: not a checkpoint") from None
