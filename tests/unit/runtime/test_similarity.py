"""From an event to the observations that look like it."""

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import NotFoundError
from helioscribe.runtime.similarity import find_alike
from support.factories import make_change, make_event, make_observation, make_run, span


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


def test_of_a_flare_in_a_light_curve_the_image_at_its_time(catalogue, embeddings):
    run = make_run()  # its detection lasts from minute 680 to 720
    catalogue.add_observation(make_observation())
    catalogue.record_run(run)
    for number, start in ((1, 690), (2, 100)):
        image = make_observation(
            f"{number}", id=f"obs-{number}", product_kind="solar_image", time_range=span(start, start + 2)
        )
        catalogue.add_observation(image)
        embeddings.put([Embedding(space="a/1/image", subject=image.id, vector=np.array([number, 1], np.float32))])
    event = make_event(detection_ids=(run.detections[0].id,))
    catalogue.apply([make_change(event)], associated=())
    found = find_alike(catalogue, embeddings, event.id)
    assert (found.observation.id, [one.observation.id for one in found.alike]) == ("obs-1", ["obs-2"])


def test_unknown(catalogue, embeddings):
    add(catalogue, embeddings, 1, [0, 0])
    with pytest.raises(NotFoundError, match=r"no embedding of obs-9 in any space; available: a/1/image"):
        find_alike(catalogue, embeddings, "obs-9")
    with pytest.raises(NotFoundError, match="nowhere"):
        find_alike(catalogue, embeddings, "obs-1", space="nowhere")
    with pytest.raises(NotFoundError, match="evt-0"):
        find_alike(catalogue, embeddings, "evt-0")
