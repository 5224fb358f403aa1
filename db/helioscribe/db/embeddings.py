"""Embeddings in a database: with pgvector where Postgres has it, exactly in numpy everywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, bindparam, func, select, text

from helioscribe.db.engine import reading, writing
from helioscribe.db.statements import put
from helioscribe.db.tables import embeddings as table
from helioscribe.db.types import Vector
from helioscribe.domain.embedding import Embedding, Neighbour, Scored, query_vector
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.ports.embeddings import MOST_NEIGHBOURS, closest, of_one_length

__all__ = ["SqlEmbeddings"]

_BLOCK = 4096
_CHUNK = 500
_NEAREST = text(
    "SELECT subject, CAST(vector AS vector) <-> CAST(:wanted AS vector) AS distance FROM embeddings "
    "WHERE space = :space ORDER BY distance, subject LIMIT :limit"
).bindparams(bindparam("wanted", type_=Vector))

_SENT = (
    "SELECT subject, array_send(vector) FROM embeddings WHERE space = %s AND subject > %s ORDER BY subject LIMIT %s"
)


class SqlEmbeddings:
    """An `EmbeddingStore` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """See `EmbeddingStore.put`."""
        rows = list({(one.space, one.subject): _row(one) for one in embeddings}.values())
        with writing(self._engine) as connection:
            known = {space: _length(connection, space) for space in {one.space for one in embeddings}}
            of_one_length(embeddings, {space: length for space, length in known.items() if length})
            for first in range(0, len(rows), _CHUNK):
                put(connection, table, rows[first : first + _CHUNK], change=("dimension", "vector", "scores"))

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
            length = _length(connection, space)
            if length not in (None, wanted.size):
                raise InvalidInputError(f"embedding: {wanted.size} numbers; the space has {length}")
            if _has_pgvector(connection):
                values = {"wanted": wanted, "space": space, "limit": limit}
                return [Neighbour(distance=float(d), subject=s) for s, d in connection.execute(_NEAREST, values)]
            return closest(_blocks(connection, space), wanted, limit)

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """See `EmbeddingStore.scored`."""
        chosen = select(table.c.subject, table.c.scores).where(table.c.space == space, table.c.subject > after)
        with reading(self._engine) as connection:
            rows = connection.execute(chosen.order_by(table.c.subject).limit(max(limit, 0)))
            return [Scored(subject=subject, scores=scores) for subject, scores in rows]

    def spaces(self) -> dict[str, int]:
        """See `EmbeddingStore.spaces`."""
        chosen = select(table.c.space, func.count()).group_by(table.c.space).order_by(table.c.space)
        with reading(self._engine) as connection:
            return {space: int(count) for space, count in connection.execute(chosen)}


def _row(one: Embedding) -> dict[str, Any]:
    known = {"space": one.space, "subject": one.subject, "dimension": int(one.vector.size)}
    return known | {"vector": one.vector, "scores": dict(one.scores)}


def _length(connection: Connection, space: str) -> int | None:
    return connection.scalar(select(table.c.dimension).where(table.c.space == space).limit(1))


def _has_pgvector(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return connection.scalar(text("SELECT to_regtype('vector') IS NOT NULL")) is True


def _blocks(connection: Connection, space: str) -> Iterator[tuple[Sequence[str], NDArray[np.float32]]]:
    """Yield a space's subjects and vectors, from bytes as the drivers have them: lists of numbers take much longer."""
    if connection.dialect.name == "postgresql":
        yield from _blocks_of_postgres(connection, space)
        return
    chosen = select(table.c.subject, table.c.vector).where(table.c.space == space)
    cursor: Any = connection.execute(chosen).cursor
    while rows := cursor.fetchmany(_BLOCK):
        subjects, vectors = zip(*rows, strict=True)
        yield subjects, np.frombuffer(b"".join(vectors), "<f4").reshape(len(rows), -1)


def _blocks_of_postgres(connection: Connection, space: str) -> Iterator[tuple[Sequence[str], NDArray[np.float32]]]:
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        last = ""
        while rows := cursor.execute(_SENT, [space, last, _BLOCK]).fetchall():
            subjects, sent = zip(*rows, strict=True)
            last = subjects[-1]
            # Twenty bytes of head, then of each number its length and itself.
            yield subjects, np.frombuffer(b"".join(sent), ">f4").reshape(len(rows), -1)[:, 6::2].astype(np.float32)
