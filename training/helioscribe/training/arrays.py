"""The arrays of a dataset: how many samples, which digest, as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe.training.torch_state import import_torch

__all__ = ["count_samples", "dataset_digest", "tensors"]


def count_samples(arrays: Mapping[str, Any]) -> int:
    """Return the number of samples in arrays that share their first axis."""
    return len(next(iter(arrays.values())))


def tensors(split: Split, part: str) -> dict[str, Any]:
    """Return a part of a dataset as tensors. Raises `InvalidInputError` if its arrays do not fit together."""
    torch = import_torch()
    lengths = {name: len(array) for name, array in split.arrays.items()}
    if not lengths or len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise InvalidInputError(f"dataset: {part}: expected arrays of one length of at least 1, got {lengths}")
    return {name: torch.as_tensor(np.ascontiguousarray(array)) for name, array in split.arrays.items()}


def dataset_digest(data: TrainingData) -> str:
    """Sha256 over names, types, shapes and bytes of all arrays."""
    parts = {"train": _digests(data.train.arrays), "validation": _digests(data.validation.arrays)}
    return digest(canonical_json(parts).encode())


def _digests(arrays: Arrays) -> dict[str, list[Any]]:
    return {
        name: [str(array.dtype), list(array.shape), digest(np.ascontiguousarray(array).ravel().data)]
        for name, array in arrays.items()
    }
