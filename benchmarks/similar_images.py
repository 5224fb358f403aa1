"""Fifty thousand embeddings searched in Postgres: held in memory, by pgvector, and in numpy as they are read.

Usage: python benchmarks/similar_images.py postgresql+psycopg://user@host/an_empty_database

The extension must be there to be created; all ways run on the same table, one after the other, in two rounds, of which
the first reads what is held in memory.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from sqlalchemy import Engine, text

from helioscribe.db import SqlEmbeddings, migrate, open_engine
from helioscribe.domain.embedding import Embedding, embedding_space

IMAGES, LENGTH, SEARCHES, ROUNDS = 50_000, 192, 5, 2
SPACE = embedding_space("stix-ssl", "1", "image")


def main() -> None:
    engine = open_engine(sys.argv[1])
    migrate(engine)
    vectors = np.random.default_rng(0).normal(size=(IMAGES, LENGTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = SqlEmbeddings(engine)
    store.put([Embedding(space=SPACE, subject=f"obs-{row:06d}", vector=one) for row, one in enumerate(vectors)])
    asked = vectors[:: IMAGES // SEARCHES]
    without, extension = "DROP EXTENSION IF EXISTS vector CASCADE", "CREATE EXTENSION IF NOT EXISTS vector"
    reading = SqlEmbeddings(engine, held=0)
    ways = {"memory": (store, without), "numpy": (reading, without), "pgvector": (reading, extension)}
    times: dict[str, list[float]] = {way: [] for way in ways}
    answers = {}
    for _ in range(ROUNDS):
        for way, (searched, statement) in ways.items():
            with engine.begin() as connection:
                connection.execute(text(statement))
            seconds, answers[way] = _searched(searched, asked)
            times[way].append(seconds)
    same = answers["memory"] == answers["numpy"] == answers["pgvector"]
    for way, seconds_of in times.items():
        print(f"{way}: {1e3 * float(np.median(seconds_of)):.0f} ms a search (least {1e3 * min(seconds_of):.0f})")
    print(f"the same neighbours in the same order: {same}; {_size(engine) / 1e6:.0f} MB")
    engine.dispose()


def _searched(store: SqlEmbeddings, asked: np.ndarray) -> tuple[float, list[list[str]]]:
    begin = time.perf_counter()
    found = [[one.subject for one in store.nearest(SPACE, vector, limit=10)] for vector in asked]
    return (time.perf_counter() - begin) / len(asked), found


def _size(engine: Engine) -> float:
    with engine.begin() as connection:
        return float(connection.scalar(text("SELECT pg_total_relation_size('embeddings')")) or 0)


if __name__ == "__main__":
    main()
