"""torch as training needs it: imported late, seeded, deterministic, on a device."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError

__all__ = ["choose_device", "copied", "deterministic", "import_torch", "seed_everything"]


def import_torch() -> Any:
    """Return torch. Raises `MissingDependencyError` if it is not installed."""
    # cuBLAS reads this when it starts, and only then can its results be repeated.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        import torch
    except ImportError:
        raise MissingDependencyError.of("torch", extra="training") from None
    return torch


def choose_device(wanted: str) -> str:
    """Return ``cpu`` or ``cuda``. Raises `InvalidInputError` for another name, or a GPU that is not there."""
    if wanted not in {"auto", "cpu", "cuda"}:
        raise InvalidInputError(f"device: expected auto, cpu or cuda, got {wanted!r}")
    there = import_torch().cuda.is_available()
    if wanted == "cuda" and not there:
        raise InvalidInputError("device: there is no GPU that torch can use here")
    return "cuda" if there and wanted != "cpu" else "cpu"


def seed_everything(seed: int, epoch: int) -> None:
    """Seed all generators from the recipe's seed and the epoch alone, so that a resumed run draws the same."""
    value = int(np.random.SeedSequence([seed % 2**32, epoch]).generate_state(1)[0])
    random.seed(value)
    np.random.seed(value)  # noqa: NPY002  # a plugin's loss may use the global generator
    import_torch().manual_seed(value)


@contextmanager
def deterministic() -> Iterator[None]:
    """Ask for deterministic kernels where there are any, and leave the process as it was."""
    torch = import_torch()
    before = torch.are_deterministic_algorithms_enabled()
    warn, benchmark = torch.is_deterministic_algorithms_warn_only_enabled(), torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn)
        torch.backends.cudnn.benchmark = benchmark


def copied(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return copies of tensors by name, on the CPU: the tensors themselves change with the next step."""
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items() if tensor is not None}
