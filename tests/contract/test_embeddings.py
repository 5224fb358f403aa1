"""What every `EmbeddingStore` does."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from helioscribe.adapters.memory import MemoryEmbeddings
from helioscribe.db import SqlEmbeddings, migrate, open_engine
from helioscribe.domain.embedding import Embedding, Neighbour, embedding_space
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.ports.embeddings import EmbeddingStore, all_scores
from support.postgres import start_server

SPACE = embedding_space("stix-ssl", "1", "image")


def make(subject, vector, space=SPACE, **scores):
    return Embedding(space=space, subject=subject, vector=np.asarray(vector, np.float32), scores=scores)


@pytest.fixture
def embeddings(stores) -> EmbeddingStore:
    return stores.embeddings


def test_comes_back_as_it_was(embeddings):
    vector = np.array([1.5, -2.25e-20, 3.1415927], np.float32)
    embeddings.put([make("a", vector)])
    found = embeddings.get(SPACE, "a")
    assert (found.space, found.subject) == (SPACE, "a")
    np.testing.assert_array_equal(found.vector, vector)
    assert found.vector.dtype == np.float32


def test_what_was_said_comes_back_by_subject_and_page(embeddings):
    embeddings.put([make(name, [1, 2], cluster=float(number), anomaly=-0.125) for number, name in enumerate("cab")])
    assert embeddings.get(SPACE, "a").scores == {"cluster": 1.0, "anomaly": -0.125}
    first = embeddings.scored(SPACE, limit=2)
    assert [(one.subject, one.scores["cluster"]) for one in first] == [("a", 1.0), ("b", 2.0)]
    assert [one.subject for one in embeddings.scored(SPACE, after="b")] == ["c"]
    assert embeddings.scored(SPACE, limit=0) == embeddings.scored("another/1/image") == []
    embeddings.put([make("a", [1, 2], cluster=9.0)])
    assert [one.scores for one in all_scores(embeddings, SPACE)][0] == {"cluster": 9.0}


def test_all_of_many_are_told(embeddings):
    embeddings.put([make(f"{row:05d}", [1.0], rank=row / 10) for row in range(5001)])
    assert [one.scores["rank"] for one in all_scores(embeddings, SPACE)] == [row / 10 for row in range(5001)]


def test_unknown(embeddings):
    with pytest.raises(NotFoundError, match="nope"):
        embeddings.get(SPACE, "nope")
    assert embeddings.nearest(SPACE, np.ones(3, np.float32)) == []
    assert embeddings.spaces() == {}


def test_nearest_first_and_equal_ones_by_subject(embeddings):
    embeddings.put([make("far", [9, 0]), make("b", [0, 1]), make("a", [0, -1]), make("here", [0, 0])])
    found = embeddings.nearest(SPACE, np.zeros(2, np.float32), limit=3)
    assert [one.subject for one in found] == ["here", "a", "b"]
    assert [one.distance for one in found] == pytest.approx([0, 1, 1])
    assert isinstance(found[0], Neighbour)


def test_last_vector_counts(embeddings):
    embeddings.put([make("a", [0, 1]), make("a", [0, 2])])
    embeddings.put([make("a", [3, 4])])
    assert embeddings.nearest(SPACE, np.zeros(2, np.float32)) == [Neighbour(distance=5.0, subject="a")]
    assert embeddings.spaces() == {SPACE: 1}


def test_what_comes_after_a_search_is_found_by_the_next(embeddings):
    embeddings.put([make("a", [0, 1]), make("b", [0, 2])])
    assert [one.subject for one in embeddings.nearest(SPACE, np.zeros(2, np.float32))] == ["a", "b"]
    embeddings.put([make("c", [0, 0.5]), make("a", [9, 9])])
    assert [one.subject for one in embeddings.nearest(SPACE, np.zeros(2, np.float32))] == ["c", "b", "a"]


def test_spaces_do_not_mix(embeddings):
    other = embedding_space("stix-ssl", "2", "image")
    embeddings.put([make("a", [0, 1]), make("a", [0, 1, 2], space=other), make("b", [1, 1, 1], space=other)])
    assert embeddings.spaces() == {SPACE: 1, other: 2}
    assert [one.subject for one in embeddings.nearest(SPACE, np.zeros(2, np.float32))] == ["a"]


def test_another_length_is_refused_and_nothing_kept(embeddings):
    embeddings.put([make("a", [0, 1])])
    with pytest.raises(InvalidInputError, match="3 numbers"):
        embeddings.put([make("b", [1, 1]), make("c", [1, 1, 1])])
    with pytest.raises(InvalidInputError, match="5 numbers"):
        embeddings.nearest(SPACE, np.zeros(5, np.float32))
    assert embeddings.spaces() == {SPACE: 1}


@pytest.mark.parametrize("bad", [[], [np.nan], [np.inf, 0], np.zeros((2, 2)), np.zeros(9000)])
def test_bad_vectors(embeddings, bad):
    with pytest.raises(InvalidInputError, match="finite numbers"):
        make("a", bad)
    with pytest.raises(InvalidInputError, match="finite numbers"):
        embeddings.nearest(SPACE, np.asarray(bad, np.float32))


def test_many_are_searched_exactly(embeddings):
    vectors = np.random.default_rng(0).normal(size=(9000, 8)).astype(np.float32)
    embeddings.put([make(f"{row:05d}", vector) for row, vector in enumerate(vectors)])
    found = embeddings.nearest(SPACE, vectors[1234], limit=7)
    distance = np.linalg.norm(vectors - vectors[1234], axis=1)
    assert [int(one.subject) for one in found] == list(np.argsort(distance, kind="stable")[:7])
    assert len(embeddings.nearest(SPACE, vectors[0], limit=10**9)) == 1000


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40), limit=st.integers(1, 5))
def test_any_numbers(embeddings, values, limit):
    space = f"any/{len(values)}"
    embeddings.put([make("a", values, space), make("b", np.zeros(len(values)), space)])
    found = embeddings.nearest(space, np.asarray(values, np.float32), limit=limit)
    assert found[0].distance == 0
    assert len(found) == min(limit, 2)


@pytest.fixture(scope="module")
def with_pgvector():
    with start_server(pgvector=True) as server:
        engine = open_engine(server.url(server.create()))
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION vector"))
        yield engine
        engine.dispose()


@pytest.mark.xdist_group("pgvector")
def test_pgvector_gives_what_numpy_gives(with_pgvector):
    vectors = np.random.default_rng(0).normal(size=(500, 192)).astype(np.float32)
    said: list[str] = []
    event.listen(with_pgvector, "before_cursor_execute", lambda *told: said.append(told[2]))
    for store in (indexed := SqlEmbeddings(with_pgvector, held=0), plain := MemoryEmbeddings()):
        store.put([make(f"{row:03d}", vector) for row, vector in enumerate(vectors)])
        store.put([make("a", [0, 1], "small/1/image"), make("b", [0, -1], "small/1/image")])
    for wanted, space in ((vectors[7], SPACE), (np.zeros(2, np.float32), "small/1/image")):
        found, expected = (store.nearest(space, wanted, limit=20) for store in (indexed, plain))
        assert [one.subject for one in found] == [one.subject for one in expected]
        assert [one.distance for one in found] == pytest.approx([one.distance for one in expected], abs=1e-5)
    assert "<->" in said[-1]
    with pytest.raises(InvalidInputError, match="5 numbers"):
        indexed.nearest(SPACE, np.zeros(5, np.float32))
