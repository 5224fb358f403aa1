"""Cache of the vectors of embedding spaces, which follows changes in the database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from helioscribe.db.tables import embeddings as table
from helioscribe.domain.embedding import Neighbour
from helioscribe.ports.embeddings import closest

__all__ = ["HeldSpaces", "HeldVectors", "read_blocks"]

_BLOCK = 4096
_SENT = "SELECT subject, array_send(vector) FROM embeddings WHERE space = %s AND change > %s"

Block = tuple[Sequence[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldVectors:
    """All vectors of a space, as they were after a certain change."""

    changes: int
    """Number of that change."""

    subjects: tuple[str, ...]
    """Ids of the observations, in the order of the vectors."""

    vectors: NDArray[np.float32]
    """Shape (subject, dimension)."""

    squares: NDArray[np.float32]
    """Squared lengths of the vectors, shape (subject,)."""

    @classmethod
    def none(cls, dimension: int) -> HeldVectors:
        """Return no vectors, for a space before its first change."""
        vectors = np.empty((0, dimension), np.float32)
        return cls(changes=0, subjects=(), vectors=vectors, squares=vectors.sum(axis=1))

    def joined(self, blocks: Iterable[Block], *, changes: int) -> HeldVectors:
        """Return these vectors with blocks added; of several vectors of one subject the last one is taken."""
        parts = [(self.subjects, self.vectors), *blocks]
        subjects = [subject for names, _ in parts for subject in names]
        last = {subject: row for row, subject in enumerate(subjects)}
        vectors = np.concatenate([part for _, part in parts])
        if len(last) < len(subjects):
            vectors = vectors[np.fromiter(last.values(), np.intp, len(last))]
        squares = np.einsum("ij,ij->i", vectors, vectors)
        return HeldVectors(changes=changes, subjects=tuple(last), vectors=vectors, squares=squares)

    def nearest(self, wanted: NDArray[np.float32], limit: int) -> list[Neighbour]:
        """Return the exact nearest neighbours.

        A product finds the few candidates within its rounding error, whose exact distances are then computed. It uses
        einsum rather than BLAS, whose threads wait for each other longer than the product takes.
        """
        rough = self.squares - 2 * np.einsum("ij,j->i", self.vectors, wanted)
        edge = np.partition(rough, limit - 1)[limit - 1] if len(rough) > limit else np.inf
        longest = np.sqrt(self.squares.max(initial=0)) + np.linalg.norm(wanted)
        error = 2 * wanted.size * np.finfo(np.float32).eps * longest**2
        few = np.flatnonzero(~(rough > edge + error))  # keeps NaN too
        return closest([([self.subjects[row] for row in few], self.vectors[few])], wanted, limit)


class HeldSpaces:
    """Keeps the spaces in memory that were searched last.

    Parameters
    ----------
    most
        Largest total size [bytes]. A space that is larger by itself is not kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._held: OrderedDict[str, HeldVectors] = OrderedDict()

    def fresh(self, connection: Connection, space: str, *, dimension: int, changes: int) -> HeldVectors | None:
        """Return the vectors of a space after `changes` changes; only new ones are read. None if it is too large."""
        with self._lock:
            held = self._held.pop(space, None)
            if held is None:
                if 4 * dimension * _size(connection, space) > self._most:
                    return None
                held = HeldVectors.none(dimension)
            if held.changes < changes:
                held = held.joined(read_blocks(connection, space, after=held.changes), changes=changes)
            self._held[space] = held
            while sum(one.vectors.nbytes for one in self._held.values()) > self._most:
                self._held.popitem(last=False)
            return held


def _size(connection: Connection, space: str) -> int:
    return connection.scalar(select(func.count()).where(table.c.space == space)) or 0


def read_blocks(connection: Connection, space: str, *, after: int = 0) -> Iterator[Block]:
    """Yield the subjects and vectors that changed after a change. Vectors are sent as bytes, which is much faster."""
    if connection.dialect.name == "postgresql":
        with _cursor_of_postgres(connection) as cursor:
            cursor.execute(_SENT, [space, after])
            while rows := cursor.fetchmany(_BLOCK):
                subjects, sent = zip(*rows, strict=True)
                # An array is sent as 20 bytes of header, then 4 bytes of length and 4 of value for each number.
                numbers = np.frombuffer(b"".join(sent), ">f4").reshape(len(rows), -1)[:, 6::2]
                yield subjects, numbers.astype(np.float32)
        return
    chosen = select(table.c.subject, table.c.vector).where(table.c.space == space, table.c.change > after)
    cursor = connection.execute(chosen).cursor
    while rows := cursor.fetchmany(_BLOCK):
        subjects, vectors = zip(*rows, strict=True)
        yield subjects, np.frombuffer(b"".join(vectors), "<f4").reshape(len(rows), -1)


@contextmanager
def _cursor_of_postgres(connection: Connection) -> Iterator[Any]:
    """Open a cursor on the server, so that rows are sent only as they are fetched."""
    driver: Any = connection.connection.driver_connection
    with driver.transaction(), driver.cursor(name="vectors", binary=True) as cursor:
        yield cursor
