"""Embeddings in memory."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.embedding import Embedding, Neighbour, Scored, query_vector
from helioscribe.domain.errors import NotFoundError
from helioscribe.ports.embeddings import MOST_NEIGHBOURS, check_dimensions, closest

__all__ = ["MemoryEmbeddings"]


class MemoryEmbeddings:
    """An `EmbeddingStore` that forgets everything with its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spaces: dict[str, dict[str, Embedding]] = {}

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """See `EmbeddingStore.put`."""
        with self._lock:
            check_dimensions(embeddings, {name: next(iter(s.values())).vector.size for name, s in self._spaces.items()})
            for one in embeddings:
                self._spaces.setdefault(one.space, {})[one.subject] = one

    def get(self, space: str, subject: str) -> Embedding:
        """See `EmbeddingStore.get`."""
        with self._lock:
            found = self._spaces.get(space, {}).get(subject)
        if found is None:
            raise NotFoundError(f"no embedding of {subject} in {space}")
        return found

    def nearest(self, space: str, vector: NDArray[np.floating], *, limit: int = 10) -> list[Neighbour]:
        """See `EmbeddingStore.nearest`."""
        wanted = query_vector(vector)
        with self._lock:
            known = dict(self._spaces.get(space, {}))
        if not known:
            return []
        block = (tuple(known), np.stack([one.vector for one in known.values()]))
        return closest([block], wanted, min(max(limit, 1), MOST_NEIGHBOURS))

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """See `EmbeddingStore.scored`."""
        with self._lock:
            known = sorted(self._spaces.get(space, {}).items())
        return [Scored(subject=name, scores=one.scores) for name, one in known if name > after][: max(limit, 0)]

    def spaces(self) -> dict[str, int]:
        """See `EmbeddingStore.spaces`."""
        with self._lock:
            return {name: len(known) for name, known in sorted(self._spaces.items())}
