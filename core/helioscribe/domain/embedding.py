"""Vectors by which things are alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = [
    "LONGEST", "Embedding", "Neighbour", "Scored", "embedding_space", "is_component", "query_vector", "split_space",
]  # fmt: skip

LONGEST = 8192
"""Most numbers in a vector."""

_COMPONENT = re.compile(r"pc\d{1,3}")


def embedding_space(detector: str, model_version: str, name: str) -> str:
    """Return the name of the space in which vectors of one kind by one model lie; others cannot be compared."""
    return f"{detector}/{model_version}/{name}"


def split_space(space: str) -> tuple[str, str, str]:
    """Return detector, model version and name of a space. Raises `InvalidInputError` if it is none."""
    parts = space.split("/")
    if len(parts) != 3:
        raise InvalidInputError(f"space {space[:80]!r}: expected detector/model version/name")
    return parts[0], parts[1], parts[2]


def is_component(name: str) -> bool:
    """Whether a score is a principal component, ``pc1``, ``pc2``, ..., which pictures need and no reader does."""
    return _COMPONENT.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedding:
    """Where a thing lies in a space.

    Raises
    ------
    InvalidInputError
        If the vector is empty, too long or not finite.
    """

    space: str
    """See `embedding_space`."""

    subject: str
    """What it is of: an observation's id."""

    vector: NDArray[np.float32]
    """Shape (dimension,)."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """What the detector said of the whole, by name, such as ``cluster`` or ``anomaly``."""

    def __post_init__(self) -> None:
        query_vector(self.vector)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Neighbour:
    """A thing that is like another."""

    distance: float
    """Euclidean, in the space's own unit."""

    subject: str
    """An observation's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What was said of a subject, without its vector."""

    subject: str
    """An observation's id."""

    scores: Mapping[str, float]
    """By name."""


def query_vector(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a vector as stores compare it. Raises `InvalidInputError` as `Embedding` does."""
    flat = np.asarray(vector, np.float32)
    if flat.ndim != 1 or not 0 < flat.size <= LONGEST or not np.isfinite(flat).all():
        raise InvalidInputError(f"embedding: expected 1 to {LONGEST} finite numbers, got shape {flat.shape}")
    return flat
