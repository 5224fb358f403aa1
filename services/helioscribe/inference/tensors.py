"""What the tensors of a graph must be, how many items they hold, and some to try it with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.model import ModelFile, TensorSpec

__all__ = ["check_tensors", "example_tensors", "has_batch", "pieces"]

_USUAL_LENGTH = 16


def check_tensors(graph: str, file: ModelFile, tensors: Mapping[str, NDArray[Any]]) -> int:
    """Return the number of items; 0 for a graph without a batch axis.

    Raises
    ------
    InvalidInputError
        If a name, type or shape is not what the model says.
    """
    expected = {spec.name for spec in file.inputs}
    if set(tensors) != expected:
        raise InvalidInputError(f"graph {graph}: expected inputs {sorted(expected)}, got {sorted(tensors)}")
    free: dict[str, int] = {}
    for spec in file.inputs:
        _check(graph, spec, tensors[spec.name], free)
    return free[str(file.inputs[0].shape[0])] if has_batch(file) else 0


def _check(graph: str, spec: TensorSpec, tensor: NDArray[Any], free: dict[str, int]) -> None:
    fits = tensor.dtype == spec.dtype and tensor.ndim == len(spec.shape)
    for axis, length in zip(spec.shape, tensor.shape, strict=False):
        fits = fits and length == (free.setdefault(axis, length) if isinstance(axis, str) else axis)
    if not fits:
        wanted, got = f"{spec.dtype} {_shape(spec.shape)}", f"{tensor.dtype} {_shape(tensor.shape)}"
        raise InvalidInputError(f"graph {graph}: expected {spec.name} as {wanted}, got {got}")


def has_batch(file: ModelFile) -> bool:
    """Whether the first axis of everything is one free axis that is nowhere else."""
    shapes = [spec.shape for spec in (*file.inputs, *file.outputs)]
    first = {shape[0] if shape else None for shape in shapes}
    name = first.pop() if len(first) == 1 else None
    return bool(file.inputs) and isinstance(name, str) and not any(name in shape[1:] for shape in shapes)


def pieces(tensors: Mapping[str, NDArray[Any]], items: int, most: int) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield tensors of at most `most` items, in order; all at once without a batch axis."""
    if items <= most:
        yield tensors
        return
    for start in range(0, items, most):
        yield {name: tensor[start : start + most] for name, tensor in tensors.items()}


def example_tensors(file: ModelFile, lengths: Mapping[str, int], items: int, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Return noise of the right shape.

    Parameters
    ----------
    file
        The graph.
    lengths
        Of free axes, by name; a usual one where nothing is said.
    items
        Length of the batch axis, if there is one.
    seed
        Of the noise.
    """
    noise = np.random.default_rng(seed)
    batch = str(file.inputs[0].shape[0]) if has_batch(file) else ""
    known = {**lengths, batch: items}

    def length(axis: int | str) -> int:
        return axis if isinstance(axis, int) else known.get(axis, _USUAL_LENGTH)

    return {
        spec.name: noise.standard_normal([length(axis) for axis in spec.shape]).astype(spec.dtype)
        for spec in file.inputs
    }


def _shape(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))})"
