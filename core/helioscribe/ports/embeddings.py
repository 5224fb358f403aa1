"""The store of embeddings, with searches for the nearest ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.embedding import Embedding, Neighbour, Scored
from helioscribe.domain.errors import InvalidInputError, NotFoundError

__all__ = [
    "MOST_NEIGHBOURS",
    "EmbeddingStore",
    "all_scores",
    "check_dimensions",
    "closest",
    "known_among",
    "similar_to",
]

MOST_NEIGHBOURS = 1000
"""Largest number of results of `EmbeddingStore.nearest`."""


_PAGE = 5000


class EmbeddingStore(Protocol):
    """Vectors by space and subject."""

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """Store vectors in one transaction; an older vector of a subject in the space is replaced.

        Raises
        ------
        InvalidInputError
            If a vector has another dimension than the others of its space.
        """

    def get(self, space: str, subject: str) -> Embedding:
        """Return a subject's vector. Raises `NotFoundError`."""

    def nearest(self, space: str, vector: NDArray[np.floating], *, limit: int = 10) -> list[Neighbour]:
        """Return the subjects with the nearest vectors, the nearest first; at equal distances sorted by subject.

        Raises
        ------
        InvalidInputError
            If the vector has another dimension than those of the space.
        """

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """Return the scores of the subjects of a space, sorted by subject, from the one after `after`."""

    def spaces(self) -> dict[str, int]:
        """Return the number of vectors in each space, by name."""


def check_dimensions(embeddings: Sequence[Embedding], known: dict[str, int]) -> None:
    """Raise `InvalidInputError` unless vectors have the dimension of their space; new spaces are added to `known`."""
    for one in embeddings:
        if one.vector.size != known.setdefault(one.space, one.vector.size):
            raise InvalidInputError(
                f"embedding of {one.subject}: {one.vector.size} numbers; {one.space} has {known[one.space]}"
            )


def closest(
    blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]], vector: NDArray[np.float32], limit: int
) -> list[Neighbour]:
    """Return the exactly nearest vectors, given all vectors in blocks.

    Parameters
    ----------
    blocks
        Subjects and their vectors, shape (subject, dimension).
    vector
        Vector to compare with, shape (dimension,).
    limit
        Largest number to return.
    """
    best: list[Neighbour] = []
    for subjects, vectors in blocks:
        if vectors.shape[1] != vector.size:
            raise InvalidInputError(f"embedding: {vector.size} numbers; the space has {vectors.shape[1]}")
        apart = vectors - vector
        distance = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        few = np.argpartition(distance, limit - 1)[:limit] if len(distance) > limit else np.arange(len(distance))
        edge = float(distance[few].max()) if len(few) else 0.0
        chosen = np.flatnonzero(distance <= edge)  # with all that tie at the edge
        best += [Neighbour(distance=float(distance[row]), subject=subjects[int(row)]) for row in chosen]
        best = sorted(best)[:limit]
    return best


def similar_to(store: EmbeddingStore, space: str, subject: str, *, limit: int = 10) -> list[Neighbour]:
    """Return the subjects most similar to one of a space, the most similar first. Raises `NotFoundError`."""
    found = store.nearest(space, store.get(space, subject).vector, limit=limit + 1)
    return [one for one in found if one.subject != subject][:limit]


def known_among(store: EmbeddingStore, subjects: Sequence[str], space: str | None = None) -> tuple[str, str]:
    """Return the first subject that has a vector, and its space: the given one, or the largest that has a vector.

    Raises
    ------
    NotFoundError
        If no subject has a vector.
    """
    sizes = store.spaces()
    for name in [space] if space else sorted(sizes, key=lambda name: (-sizes[name], name)):
        for subject in subjects:
            try:
                return store.get(name, subject).subject, name
            except NotFoundError:
                continue
    what = ", ".join(subjects) or "an event without observations"
    where = f"in space {space}" if space else "in any space"
    raise NotFoundError(f"no embedding of {what} {where}; available: {', '.join(sizes) or 'none'}")


def all_scores(store: EmbeddingStore, space: str) -> Iterator[Scored]:
    """Yield the scores of all subjects of a space, sorted by subject."""
    page = store.scored(space, limit=_PAGE)
    while page:
        yield from page
        page = store.scored(space, after=page[-1].subject, limit=_PAGE) if len(page) == _PAGE else []
