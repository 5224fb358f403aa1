"""From an event to the observations that look like it."""

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import NotFoundError
from helioscribe.runtime.similarity import find_alike
from support.factories import make_observation


@pytest.fixture
def catalogue():
    return MemoryCatalogue()


@pytest.fixture
def embeddings():
    return MemoryEmbeddings()


def add(catalogue, embeddings, number, vector, space="a/1/image"):
    seen = make_observation(sha256=f"{number:064x}", id=f"obs-{number}")
    catalogue.add_observation(seen)
    embeddings.put([Embedding(space=space, subject=seen.id, vector=np.asarray(vector, np.float32))])
    return seen


def test_the_most_alike_first_without_itself(catalogue, embeddings):
    here, near, far = (add(catalogue, embeddings, n, [n**2, 0]) for n in (1, 2, 3))
    found = find_alike(catalogue, embeddings, here.id)
    assert found.observation == here
    assert [(one.observation, one.distance) for one in found.alike] == [(near, 3.0), (far, 8.0)]
    assert len(find_alike(catalogue, embeddings, here.id, limit=1).alike) == 1


def test_the_largest_space_that_knows_it(catalogue, embeddings):
    add(catalogue, embeddings, 1, [0, 0], "old/1/image")
    for number in (1, 2):
        add(catalogue, embeddings, number, [number, 0, 0], "new/1/image")
    assert find_alike(catalogue, embeddings, "obs-1").space == "new/1/image"
    assert find_alike(catalogue, embeddings, "obs-1", space="old/1/image").alike == ()


def test_unknown(catalogue, embeddings):
    add(catalogue, embeddings, 1, [0, 0])
    with pytest.raises(NotFoundError, match=r"no embedding of obs-9 in any space; there is: a/1/image"):
        find_alike(catalogue, embeddings, "obs-9")
    with pytest.raises(NotFoundError, match="nowhere"):
        find_alike(catalogue, embeddings, "obs-1", space="nowhere")
    with pytest.raises(NotFoundError, match="evt-0"):
        find_alike(catalogue, embeddings, "evt-0")
