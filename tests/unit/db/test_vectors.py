"""Vectors held in memory: fresh whoever writes, bounded, and as exact as those that are read each time."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from helioscribe.db import SqlEmbeddings, migrate, open_engine
from helioscribe.db.vectors import HeldVectors
from helioscribe.domain.embedding import Embedding
from helioscribe.ports.embeddings import closest

ORIGIN = np.zeros(4, np.float32)


def make(subject, vector, space="d/1/image"):
    return Embedding(space=space, subject=subject, vector=np.asarray(vector, np.float32))


@pytest.fixture
def engines(tmp_path):
    both = [open_engine(f"sqlite:///{tmp_path}/vectors.db") for _ in range(2)]
    migrate(both[0])
    yield both
    for engine in both:
        engine.dispose()


def read_by(engine):
    """Return a list that gets the values of each statement that reads vectors."""
    values = []

    def told(_connection, _cursor, statement, given, *_):
        if "vector" in statement and statement.startswith("SELECT"):
            values.append(tuple(given))

    event.listen(engine, "before_cursor_execute", told)
    return values


def names(store, space="d/1/image"):
    return [one.subject for one in store.nearest(space, ORIGIN)]


def test_what_another_process_writes_is_found_and_only_that_is_read(engines):
    here, elsewhere = map(SqlEmbeddings, engines)
    here.put([make("a", [1, 0, 0, 0])])
    read = read_by(engines[0])
    assert names(here) == names(here) == ["a"]
    assert read == [("d/1/image", 0)]
    elsewhere.put([make("b", [0.5, 0, 0, 0]), make("a", [0.1, 0, 0, 0])])
    assert names(here) == ["a", "b"]
    assert here.nearest("d/1/image", ORIGIN)[0].distance == pytest.approx(0.1)
    assert read == [("d/1/image", 0), ("d/1/image", 1)]


def test_no_more_is_held_than_may_be(engines):
    store, read = SqlEmbeddings(engines[0], held=5 * 16), read_by(engines[0])
    spaces = ["d/1/image", "d/2/image", "d/3/image"]
    for space, count in zip(spaces, (2, 3, 6), strict=True):
        store.put([make(str(row), [row, 0, 0, 0], space) for row in range(count)])
    assert [names(store, space) for space in (*spaces[:2], *spaces[:2])] == 2 * [["0", "1"], ["0", "1", "2"]]
    assert len(read) == 2
    for _ in range(2):
        assert names(store, spaces[2]) == [str(row) for row in range(6)]
    assert len(read) == 4  # too large by itself
    store.put([make("9", [9, 0, 0, 0], spaces[0])])
    assert names(store, spaces[0]) == ["0", "1", "9"]
    names(store, spaces[1])
    assert len(read) == 6  # the first grew, so the second had to go and came back


def test_searches_beside_writes_lose_nothing(engines):
    here, elsewhere = map(SqlEmbeddings, engines)
    here.put([make("0000", [1, 0, 0, 0])])

    def search(_):
        return len(here.nearest("d/1/image", ORIGIN, limit=1000))

    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(search, range(60))
        for row in range(1, 40):
            (here if row % 2 else elsewhere).put([make(f"{row:04d}", [1, row, 0, 0])])
        assert all(1 <= count <= 40 for count in counts)
    assert search(None) == 40


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), count=st.integers(1, 60), size=st.integers(1, 6), limit=st.integers(1, 20))
def test_as_exact_as_all_distances(data, count, size, limit):
    number = st.one_of(st.floats(-1e3, 1e3, width=32), st.sampled_from([0, 1, 1e-20, 1e18, 3e38]))
    vectors = np.array(
        data.draw(st.lists(st.lists(number, min_size=size, max_size=size), min_size=count, max_size=count))
    )
    vectors = vectors.astype(np.float32)
    block = ([f"{row:02d}" for row in range(count)], vectors)
    wanted = vectors[data.draw(st.integers(0, count - 1))] * np.float32(data.draw(st.sampled_from([1, 0.5])))
    with np.errstate(over="ignore", invalid="ignore"):
        held = HeldVectors.none(size).joined([block], changes=1)
        assert held.nearest(wanted, limit) == closest([block], wanted, limit)
