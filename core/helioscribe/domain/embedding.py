"""Vectors of observations. The nearer two vectors of one space are, the more alike are the observations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = [
    "LONGEST",
    "Embedding",
    "Neighbour",
    "Scored",
    "embedding_space",
    "is_component",
    "query_vector",
    "split_space",
]

LONGEST = 8192
"""Largest dimension of a vector."""

_COMPONENT = re.compile(r"pc\d{1,3}")


def embedding_space(detector: str, model_version: str, name: str) -> str:
    """Return the name of the space of a model's vectors. Vectors of different spaces cannot be compared."""
    return f"{detector}/{model_version}/{name}"


def split_space(space: str) -> tuple[str, str, str]:
    """Return detector, model version and name of a space. Raises `InvalidInputError` if the text is malformed."""
    parts = space.split("/")
    if len(parts) != 3:
        raise InvalidInputError(f"space {space[:80]!r}: expected detector/model version/name")
    return parts[0], parts[1], parts[2]


def is_component(name: str) -> bool:
    """Whether a score is a principal component (``pc1``, ``pc2``, ...), which only plots need."""
    return _COMPONENT.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedding:
    """The vector of an observation in one space, with the scores of the observation.

    Raises
    ------
    InvalidInputError
        If the vector is empty, too long or not finite.
    """

    space: str
    """Name of the space, see `embedding_space`."""

    subject: str
    """Id of the observation."""

    vector: NDArray[np.float32]
    """The vector, shape (dimension,)."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """Scores of the whole observation by name, such as ``cluster`` or ``anomaly``."""

    def __post_init__(self) -> None:
        query_vector(self.vector)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Neighbour:
    """An observation that is similar to another."""

    distance: float
    """Euclidean distance of the vectors."""

    subject: str
    """Id of the observation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The scores of an observation, without its vector."""

    subject: str
    """Id of the observation."""

    scores: Mapping[str, float]
    """Scores by name."""


def query_vector(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a vector as float32. Raises `InvalidInputError` if it is empty, too long or not finite."""
    flat = np.asarray(vector, np.float32)
    if flat.ndim != 1 or not 0 < flat.size <= LONGEST or not np.isfinite(flat).all():
        raise InvalidInputError(f"embedding: expected 1 to {LONGEST} finite numbers, got shape {flat.shape}")
    return flat
