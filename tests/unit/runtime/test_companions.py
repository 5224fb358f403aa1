"""What images say of a flare that was seen in a light curve."""

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryCatalogue
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import encode_scores
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.times import to_datetime64
from helioscribe.runtime.companions import words_of_images
from support.factories import at, make_event, make_method, make_observation, make_run, span


@pytest.fixture
def catalogue():
    return MemoryCatalogue()


@pytest.fixture
def artifacts():
    return MemoryArtifacts()


def add_image(catalogue, artifacts, name, start, *, cluster, ran=1500.0, **changes):
    image = make_observation(name, product_kind="solar_image", time_range=span(start, start + 2), **changes)
    catalogue.add_observation(image)
    values = np.array([[cluster, -0.02, 0.25]], np.float32)
    scores = ScoreSeries(
        times=np.array([to_datetime64(at(start + 1))]), names=("cluster", "anomaly", "pc1"), values=values
    )
    artifacts.put(f"scores/{name}-{ran:g}", encode_scores(scores))
    method = make_method(detector="stix-ssl", model_version="1", parameters={"ran": ran})
    catalogue.record_run(
        make_run(image, method=method, detections=(), coverage=(), scores_key=f"scores/{name}-{ran:g}", at=at(ran))
    )
    return image


def test_images_during_the_flare_at_the_spacecraft(catalogue, artifacts):
    run = make_run()
    catalogue.add_observation(make_observation())
    catalogue.record_run(run)
    # The detection lasts from minute 680 to 720; the event has the Earth's times, minutes later.
    inside = add_image(catalogue, artifacts, "inside", 681, cluster=7)
    add_image(catalogue, artifacts, "after", 722, cluster=8)
    add_image(catalogue, artifacts, "other", 690, cluster=9, instrument="HMI")
    event = make_event(detection_ids=(run.detections[0].id,))
    (word,) = words_of_images(catalogue, artifacts, event)
    assert (word.observation, word.detector, word.model_version) == (inside, "stix-ssl", "1")
    assert word.scores == pytest.approx({"cluster": 7, "anomaly": -0.02, "pc1": 0.25})
    assert str(word).endswith("by stix-ssl 1: cluster 7, anomaly -0.02")


def test_the_last_run_counts(catalogue, artifacts):
    run = make_run()
    catalogue.add_observation(make_observation())
    catalogue.record_run(run)
    add_image(catalogue, artifacts, "inside", 681, cluster=7)
    add_image(catalogue, artifacts, "inside", 681, cluster=3, ran=1600.0)
    event = make_event(detection_ids=(run.detections[0].id,))
    assert [word.scores["cluster"] for word in words_of_images(catalogue, artifacts, event)] == [3]


def test_imported_events_have_no_images(catalogue, artifacts):
    assert words_of_images(catalogue, artifacts, make_event(detection_ids=())) == []
