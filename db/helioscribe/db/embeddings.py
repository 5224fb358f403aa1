"""Embeddings in a database. Spaces are searched in memory if they fit, otherwise in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Text, bindparam, cast, func, select, text

from helioscribe.db.engine import reading, writing
from helioscribe.db.statements import put
from helioscribe.db.tables import embedding_spaces
from helioscribe.db.tables import embeddings as table
from helioscribe.db.types import Vector, read_json
from helioscribe.db.vectors import HeldSpaces, read_blocks
from helioscribe.domain.embedding import Embedding, Neighbour, Scored, query_vector
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.ports.embeddings import MOST_NEIGHBOURS, check_dimensions, closest

__all__ = ["SqlEmbeddings"]

_HELD = 256 * 1024**2
_CHUNK = 500
_NEAREST = text(
    "SELECT subject, CAST(vector AS vector) <-> CAST(:wanted AS vector) AS distance FROM embeddings "
    "WHERE space = :space ORDER BY distance, subject LIMIT :limit"
).bindparams(bindparam("wanted", type_=Vector))
# This locks the row of the space until the transaction ends, so that changes become visible in the order of their
# numbers.
_CHANGE = text(
    "INSERT INTO embedding_spaces (space, dimension, changes) VALUES (:space, :dimension, 1) "
    "ON CONFLICT (space) DO UPDATE SET changes = embedding_spaces.changes + 1 RETURNING dimension, changes"
)


class SqlEmbeddings:
    """An `EmbeddingStore` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    held
        Largest total size of vectors held in memory [bytes]. Larger spaces are searched by pgvector if Postgres has it,
        otherwise block by block with numpy.
    """

    def __init__(self, engine: Engine, *, held: int = _HELD) -> None:
        self._engine = engine
        self._held = HeldSpaces(held)

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """See `EmbeddingStore.put`."""
        last = {(one.space, one.subject): one for one in embeddings}
        sizes = {one.space: int(one.vector.size) for one in embeddings}
        with writing(self._engine) as connection:
            spaces = {space: _change(connection, space, size) for space, size in sorted(sizes.items())}
            check_dimensions(embeddings, {space: dimension for space, (dimension, _) in spaces.items()})
            rows = [_row(one, change=spaces[one.space][1]) for one in last.values()]
            for first in range(0, len(rows), _CHUNK):
                put(connection, table, rows[first : first + _CHUNK], change=("vector", "scores", "change"))

    def get(self, space: str, subject: str) -> Embedding:
        """See `EmbeddingStore.get`."""
        chosen = select(table.c.vector, table.c.scores).where(table.c.space == space, table.c.subject == subject)
        with reading(self._engine) as connection:
            found = connection.execute(chosen).one_or_none()
        if found is None:
            raise NotFoundError(f"no embedding of {subject} in {space}")
        return Embedding(space=space, subject=subject, vector=found[0], scores=found[1])

    def nearest(self, space: str, vector: NDArray[np.floating], *, limit: int = 10) -> list[Neighbour]:
        """See `EmbeddingStore.nearest`."""
        wanted, limit = query_vector(vector), min(max(limit, 1), MOST_NEIGHBOURS)
        with reading(self._engine) as connection:
            known = connection.execute(select(embedding_spaces).where(embedding_spaces.c.space == space)).one_or_none()
            if known is None:
                return []
            if known.dimension != wanted.size:
                raise InvalidInputError(f"embedding: {wanted.size} numbers; the space has {known.dimension}")
            held = self._held.fresh(connection, space, dimension=known.dimension, changes=known.changes)
            if held is None:
                return _nearest_in_database(connection, space, wanted, limit)
        return held.nearest(wanted, limit)

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """See `EmbeddingStore.scored`."""
        chosen = select(table.c.subject, cast(table.c.scores, Text)).where(table.c.space == space)
        with reading(self._engine) as connection:
            later = chosen.where(table.c.subject > after).order_by(table.c.subject).limit(max(limit, 0))
            rows = connection.execute(later).all()
        said = read_json(f"[{','.join(scores for _, scores in rows)}]")  # parsing all at once is faster
        return [Scored(subject=subject, scores=scores) for (subject, _), scores in zip(rows, said, strict=True)]

    def spaces(self) -> dict[str, int]:
        """See `EmbeddingStore.spaces`."""
        chosen = select(table.c.space, func.count()).group_by(table.c.space).order_by(table.c.space)
        with reading(self._engine) as connection:
            return {space: int(count) for space, count in connection.execute(chosen)}


def _change(connection: Connection, space: str, dimension: int) -> tuple[int, int]:
    """Count a change of a space; return the dimension of the space and the number of the change."""
    known, change = connection.execute(_CHANGE, {"space": space, "dimension": dimension}).one()
    return int(known), int(change)


def _row(one: Embedding, *, change: int) -> dict[str, Any]:
    known = {"space": one.space, "subject": one.subject, "change": change}
    return known | {"vector": one.vector, "scores": dict(one.scores)}


def _nearest_in_database(
    connection: Connection, space: str, wanted: NDArray[np.float32], limit: int
) -> list[Neighbour]:
    if not _has_pgvector(connection):
        return closest(read_blocks(connection, space), wanted, limit)
    values = {"wanted": wanted, "space": space, "limit": limit}
    return [Neighbour(distance=float(d), subject=s) for s, d in connection.execute(_NEAREST, values)]


def _has_pgvector(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return connection.scalar(text("SELECT to_regtype('vector') IS NOT NULL")) is True
