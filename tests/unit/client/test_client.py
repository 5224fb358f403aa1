"""What a stranger asks the platform over gRPC."""

import io

import numpy as np
import pytest

from helioscribe.adapters.product_codec import encode_product
from helioscribe.client import Client
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Detection
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.review import Reviewed
from helioscribe.sdk.discovery import PluginState
from support.factories import make_card, make_change, make_event, make_failure, make_observation
from support.tiny_plugin import make_curve
from support.wired import wired


def test_detectors_come_with_manifest_state_and_error(platform, client, broken):
    tiny, failed = sorted(client.detectors(), key=lambda plugin: plugin.name, reverse=True)
    assert tiny.manifest == platform.inference.host.manifest("tiny")
    assert tiny.manifest.parameters["level"].minimum == 0.0
    assert (tiny.state, tiny.root) == (PluginState.COMPATIBLE, None)
    assert failed == broken


def test_an_inline_product_is_looked_at_and_nothing_is_recorded(platform, client):
    found = client.detect(make_curve(), "tiny", level=50)
    (detection,) = found.detections
    assert isinstance(detection, Detection)
    assert detection.measurements["hs_peak"] == 500.0
    assert found.method.parameters == {"level": 50.0, "label": "quiet"}
    assert found.covered[0].state is CoverageState.PROCESSED
    assert (found.scores, client.catalogue.observations()) == (None, [])
    assert client.detect(make_curve(), "tiny", level=1000).detections == ()


def test_a_product_of_many_mebibytes(platform, client):
    n = 300_000
    curve = make_curve(
        times=np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        exposure=np.full(n, 4.0),
        counts=np.full((n, 5), 10.0),
        errors=np.ones((n, 5)),
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.ones(n, bool),
    )
    assert len(encode_product(curve)) > 20 << 20
    assert client.detect(curve, "tiny").covered[0].time_range == curve.time_range


def test_a_run_on_an_observation_is_recorded(platform, client, observation):
    found = client.detect(observation.id, "tiny", label="☀")
    (run,) = client.catalogue.runs(observation_id=observation.id)
    assert run.detections == found.detections
    assert run.method == found.method
    assert client.catalogue.coverage(observation_id=observation.id)[0].span == found.covered[0]
    assert client.catalogue.observation(observation.id) == observation
    assert client.catalogue.observations(instrument="STIX") == [observation]


def test_mistakes_are_named(platform, client, observation):
    with pytest.raises(NotFoundError, match="no detector 'giant'; available: tiny"):
        client.detect(make_curve(), "giant")
    with pytest.raises(InvalidInputError, match="no parameter 'speed'"):
        client.detect(observation.id, "tiny", speed=1)
    with pytest.raises(InvalidInputError, match="parameter level: expected float"):
        client.submit(observation.id, "tiny", level="high")
    for ask in (client.event, client.catalogue.observation, client.cancel, lambda name: list(client.watch(name))):
        with pytest.raises(NotFoundError):
            ask("nothing ☀ \udcff ../../etc/passwd")


def test_events(platform, client):
    flare, later = make_event(), make_event(start=900.0, end=910.0)
    platform.catalogue.apply([make_change(flare), make_change(later)], associated=())
    assert list(client.events()) == [flare, later]
    assert list(client.events(start="2022-03-28T15:00", end="2022-03-28T16:00")) == [later]
    assert list(client.events(start=flare.event_starttime, end=flare.event_endtime, event_types=("FL",))) == [flare]
    assert client.event(flare.id) == flare
    changes = client.watch_events(cursor=1)
    assert next(changes).event == later
    changes.close()


def test_what_looks_like_an_image_or_the_image_of_an_event(platform, client):
    for row, name in enumerate("abc"):
        platform.embeddings.put(
            [Embedding(space="tiny/1/image", subject=f"obs-{name}", vector=np.array([row, 1], np.float32))]
        )
    platform.embeddings.put([Embedding(space="tiny/2/image", subject="obs-c", vector=np.ones(3, np.float32))])
    platform.catalogue.add_observation(make_observation("b", id="obs-b"))
    platform.catalogue.apply([make_change(make_event(id="evt-b", observation_ids=("obs-b",)))], associated=())
    assert [(one.subject, one.distance) for one in client.similar("obs-c", limit=1)] == [("obs-b", 1.0)]
    assert {one.subject for one in client.similar("evt-b")} == {"obs-a", "obs-c"}
    assert client.similar("obs-c", space="tiny/2/image") == []
    with pytest.raises(
        NotFoundError, match=r"no embedding of obs-d in any space; available: tiny/1/image, tiny/2/image"
    ):
        client.similar("obs-d")


@pytest.mark.parametrize(
    "query", [{"start": "2022-03-28"}, {"end": "2022-03-28"}, {"colour": "red"}, {"start": "x", "end": "y"}]
)
def test_questions_that_make_no_sense(client, query):
    with pytest.raises(InvalidInputError):
        client.events(**query)


def test_models_and_failures(platform, client):
    platform.models.register(make_card())
    platform.catalogue.add_failure(make_failure())
    assert client.registry.cards("stix-lstm") == [make_card()]
    assert make_card() in client.registry.cards()
    assert client.registry.cards("other") == []
    assert client.catalogue.failures() == [make_failure()]


def test_services_may_live_at_several_addresses(platform):
    with wired() as elsewhere, Client(elsewhere.url, ingest=platform.url, inference=platform.url) as client:
        job = client.ingest(io.BytesIO(b"x"), name="x")
        assert platform.jobs.get(job.id) == job
        assert [plugin.name for plugin in client.detectors()] == ["tiny", "broken"]
        with pytest.raises(NotFoundError):
            client.jobs.get(job.id)


def test_reviews(platform, client):
    platform.catalogue.apply([make_change(make_event(id="evt-a"))], associated=[])
    said = client.records.review("evt-a", "rate", rating=0.25, comment="faint", by="Anna")
    assert (said.version, said.by, said.rating) == (1, "Anna", 0.25)
    client.records.review("evt-a", "reject")
    assert list(client.events()) == []
    assert [event.id for event in client.events(reviewed=Reviewed.REJECTED)] == ["evt-a"]
    with pytest.raises(InvalidInputError, match="verdict: expected one of confirm"):
        client.records.review("evt-a", "praise")
    with pytest.raises(NotFoundError, match="evt-nope"):
        client.records.review("evt-nope", "confirm")
