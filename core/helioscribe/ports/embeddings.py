"""Where embeddings are kept and what is near to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.embedding import Embedding, Neighbour, Scored
from helioscribe.domain.errors import InvalidInputError, NotFoundError

__all__ = ["MOST_NEIGHBOURS", "EmbeddingStore", "closest", "known_among", "of_one_length", "said_of_all", "similar_to"]

MOST_NEIGHBOURS = 1000
"""Most that `EmbeddingStore.nearest` returns."""


_PAGE = 5000


class EmbeddingStore(Protocol):
    """Vectors by space and subject."""

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """Keep vectors, whole or not at all; a subject's older vector in the space is replaced.

        Raises
        ------
        InvalidInputError
            If a vector is not as long as the others of its space.
        """

    def get(self, space: str, subject: str) -> Embedding:
        """Return a subject's vector. Raises `NotFoundError`."""

    def nearest(self, space: str, vector: NDArray[np.floating], *, limit: int = 10) -> list[Neighbour]:
        """Return the subjects whose vectors are nearest, the nearest first; equal distances by subject.

        Raises
        ------
        InvalidInputError
            If the vector is not as long as those of the space.
        """

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """Return what was said of the subjects of a space that come after one, by subject."""

    def spaces(self) -> dict[str, int]:
        """Return how many vectors each space holds, by name."""


def of_one_length(embeddings: Sequence[Embedding], known: dict[str, int]) -> None:
    """Raise `InvalidInputError` unless vectors are as long as their space's; `known` has, and gets, those lengths."""
    for one in embeddings:
        if one.vector.size != known.setdefault(one.space, one.vector.size):
            raise InvalidInputError(
                f"embedding of {one.subject}: {one.vector.size} numbers; {one.space} has {known[one.space]}"
            )


def closest(
    blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]], vector: NDArray[np.float32], limit: int
) -> list[Neighbour]:
    """Return the nearest of all vectors, exactly, seen a block at a time.

    Parameters
    ----------
    blocks
        Subjects and their vectors, shape (subject, dimension).
    vector
        What they are compared with, shape (dimension,).
    limit
        Most to return.
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
    """Return what is like a subject of a space, the most alike first, without itself. Raises `NotFoundError`."""
    found = store.nearest(space, store.get(space, subject).vector, limit=limit + 1)
    return [one for one in found if one.subject != subject][:limit]


def known_among(store: EmbeddingStore, subjects: Sequence[str], space: str | None = None) -> tuple[str, str]:
    """Return the first subject of which there is a vector, and its space; by default the largest that has one.

    Raises
    ------
    NotFoundError
        If there is none.
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


def said_of_all(store: EmbeddingStore, space: str) -> Iterator[Scored]:
    """Yield what was said of every subject of a space, by subject, read a page at a time."""
    page = store.scored(space, limit=_PAGE)
    while page:
        yield from page
        page = store.scored(space, after=page[-1].subject, limit=_PAGE) if len(page) == _PAGE else []
