"""Queues, clusters and labels: what people should look at, and what becomes of what they say."""

import io
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings, MemoryModels
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.model import Alias
from helioscribe.domain.review import SubjectKind, Verdict, kind_of
from helioscribe.ports.catalogue import EventQuery
from helioscribe.ports.embeddings import all_scores
from helioscribe.runtime.auth import Token, caller
from helioscribe.runtime.reviews.clusters import clusters_of, members_of, scored_space
from helioscribe.runtime.reviews.judging import judge, signature
from helioscribe.runtime.reviews.labels import labels_of_reviews
from helioscribe.runtime.reviews.queue import ImageQueue, Order, disputed_events, event_queue
from helioscribe.sdk.labels import FILE, read_labels, write_labels
from support.factories import (
    make_card,
    make_change,
    make_detection,
    make_event,
    make_method,
    make_observation,
    make_provenance,
    make_run,
    span,
)

SPACE = "stix-ssl/1/image"
SAID = [(0.1, 0.0, 0.2, 7), (-0.1, 0.1, 0.6, 7), (0.0, 0.3, 0.9, 8)]


@pytest.fixture
def catalogue():
    return MemoryCatalogue()


@pytest.fixture
def embeddings():
    return MemoryEmbeddings()


@pytest.fixture
def images(catalogue, embeddings):
    """Three images in two clusters."""
    names = ("anomaly", "doubt", "multiple", "cluster")
    found = [
        make_observation(f"map {n}", name=f"map {n}", product_kind="solar_image", time_range=span(n, n + 1))
        for n in range(3)
    ]
    for image, said in zip(found, SAID, strict=True):
        catalogue.add_observation(image)
        scores = dict(zip(names, map(float, said), strict=True))
        embeddings.put([Embedding(space=SPACE, subject=image.id, vector=np.ones(2, np.float32), scores=scores)])
    return found


@pytest.fixture
def models():
    """Version 1 serves, version 2 runs beside it."""
    registry = MemoryModels()
    for version in "12":
        registry.register(make_card(name="stix-ssl", version=version))
    registry.promote("stix-ssl", "1", by="test", reason="first")
    registry.promote("stix-ssl", "2", alias=Alias.SHADOW, by="test", reason="to compare")
    return registry


@pytest.fixture
def queue(catalogue, embeddings, models):
    return ImageQueue(catalogue=catalogue, embeddings=embeddings, models=models, detector="stix-ssl")


@pytest.fixture
def order_of(queue, images):
    ids = [image.id for image in images]
    return lambda order: [ids.index(word.observation.id) for word in queue.first(order)]


@pytest.mark.parametrize(
    ("order", "expected"), [(Order.ANOMALY, [1, 2, 0]), (Order.DOUBT, [2, 1, 0]), (Order.SEVERAL, [2, 1, 0])]
)
def test_the_queue_begins_with_what_is_most_urgent(queue, order_of, order, expected):
    assert order_of(order) == expected
    assert len(queue.first(limit=1)) == 1


def test_champion_and_shadow_disagree(queue, embeddings, images, order_of):
    for image, several in ((images[0], 0.9), (images[2], 0.8)):
        said = {"multiple": several, "cluster": 1.0}
        embeddings.put(
            [Embedding(space="stix-ssl/2/image", subject=image.id, vector=np.ones(3, np.float32), scores=said)]
        )
    assert order_of(Order.DISAGREEMENT) == [0, 2]  # the shadow has not seen the second one
    word = queue.first(Order.DISAGREEMENT)[0]
    assert (word.model_version, word.scores["cluster"], word.scores["disagreement"]) == ("1", 7.0, pytest.approx(0.7))


def test_without_two_models_nobody_disagrees(queue, images):
    with pytest.raises(NotFoundError, match="model stix-ssl has no champion"):
        replace(queue, models=MemoryModels()).first(Order.DISAGREEMENT)


def test_what_the_shadow_has_not_seen_is_disputed(catalogue, models):
    seen = make_observation("a day")
    catalogue.add_observation(seen)
    both, alone = (10, 20), (40, 60)
    for version, spans in (("1", (both, alone)), ("2", (both,))):
        method = make_method(detector="stix-ssl", model_version=version, model_sha256=version * 64)
        found = tuple(make_detection(*one, provenance=make_provenance(seen, method=method)) for one in spans)
        catalogue.record_run(make_run(seen, method=method, detections=found, coverage=(), counts=version == "1"))
        if version == "1":
            events = [
                make_event(
                    *one, id=f"evt-{one[0]}", detector="stix-ssl", detection_ids=(claim.id,), observation_ids=(seen.id,)
                )
                for one, claim in zip(spans, found, strict=True)
            ]
    catalogue.apply([make_change(event) for event in events], associated=[])
    assert [event.id for event in disputed_events(catalogue, models, "stix-ssl")] == ["evt-40"]
    judge(catalogue, SubjectKind.EVENT, "evt-40", Verdict.CONFIRM, by="Anna")
    assert disputed_events(catalogue, models, "stix-ssl") == []


def test_what_was_decided_or_labelled_leaves_the_queue(catalogue, images, order_of):
    judge(catalogue, SubjectKind.IMAGE, images[1].id, Verdict.COMMENT, by="Anna", comment="hm")
    judge(catalogue, SubjectKind.CLUSTER, "stix-ssl/1/7", Verdict.LABEL, by="Anna", label="loops")
    assert order_of(Order.ANOMALY) == [1, 2, 0]
    judge(catalogue, SubjectKind.IMAGE, images[1].id, Verdict.DISCARD, by="Anna")
    assert order_of(Order.ANOMALY) == [2, 0]
    judge(catalogue, SubjectKind.IMAGE, images[2].id, Verdict.LABEL, by="Anna", label="loop")
    assert order_of(Order.ANOMALY) == [0]
    judge(catalogue, SubjectKind.CLUSTER, "stix-ssl/1/7", Verdict.KEEP, by="Anna")
    assert order_of(Order.ANOMALY) == []


def test_a_queue_of_a_detector_that_has_seen_no_image(queue, images):
    with pytest.raises(NotFoundError, match="no images of another; there are some of stix-ssl/1"):
        replace(queue, detector="another").first()


def test_events_of_which_a_detector_is_least_sure_come_first(catalogue):
    chances = {"evt-a": 0.9, "evt-b": 0.45, "evt-c": None, "evt-d": 0.3}
    events = [make_event(id=name, event_probability=chance) for name, chance in chances.items()]
    catalogue.apply([make_change(event) for event in events], associated=[])
    judge(catalogue, SubjectKind.EVENT, "evt-d", Verdict.CONFIRM, by="Anna")
    catalogue.import_events([make_event(id="evt-import", detector="", event_probability=None)])
    assert [event.id for event in event_queue(catalogue, EventQuery())] == ["evt-b", "evt-a", "evt-c"]
    assert [event.id for event in event_queue(catalogue, EventQuery(), limit=2)] == ["evt-b", "evt-a"]


def test_the_champions_space_is_looked_at_or_the_largest(embeddings, models, images):
    embeddings.put(
        [Embedding(space="stix-ssl/2/image", subject=name, vector=np.ones(2, np.float32)) for name in "abcd"]
    )
    assert scored_space(embeddings, models, "stix-ssl") == SPACE
    assert scored_space(embeddings, models, "stix-ssl", "2") == "stix-ssl/2/image"
    assert scored_space(embeddings, MemoryModels(), "stix-ssl") == "stix-ssl/2/image"
    embeddings.put([Embedding(space="other/1/patch", subject=f"{n}", vector=np.ones(2, np.float32)) for n in range(99)])
    assert scored_space(embeddings, models) == SPACE
    with pytest.raises(NotFoundError, match="no detector has said anything of images yet"):
        scored_space(MemoryEmbeddings(), models)


def test_clusters_in_figures(catalogue, embeddings, images):
    judge(catalogue, SubjectKind.CLUSTER, "stix-ssl/1/8", Verdict.LABEL, by="Anna", label="side lobes")
    first, second = clusters_of(catalogue, SPACE, all_scores(embeddings, SPACE))
    assert (first.id, first.images, first.several, first.odd, first.standing) == ("stix-ssl/1/7", 2, 0.5, 0.5, None)
    assert (second.id, second.standing.label) == ("stix-ssl/1/8", "side lobes")
    assert {one.subject for one in members_of(embeddings, first.id)} == {images[0].id, images[1].id}


def test_reviews_become_labels_and_an_image_speaks_before_its_cluster(catalogue, embeddings, images, tmp_path):
    catalogue.apply([make_change(make_event(id="evt-a"))], associated=[])
    judge(catalogue, SubjectKind.EVENT, "evt-a", Verdict.RELABEL, by="Anna", label="CJ")
    judge(catalogue, SubjectKind.EVENT, "evt-a", Verdict.RATE, by="Bea", rating=0.25)
    judge(catalogue, SubjectKind.CLUSTER, "stix-ssl/1/7", Verdict.DISCARD, by="Anna")
    judge(catalogue, SubjectKind.IMAGE, images[0].id, Verdict.LABEL, by="Anna", label='2 "sources", one faint')
    judge(catalogue, SubjectKind.IMAGE, images[2].id, Verdict.COMMENT, by="Anna", comment="hm")
    text = io.StringIO()
    assert write_labels(text, labels_of_reviews(catalogue, embeddings)) == 3
    (tmp_path / FILE).write_text(text.getvalue(), encoding="utf-8")
    event, own, grouped = read_labels(tmp_path)
    assert event.event_type == "FL"
    assert (event.subject, event.decision, event.label, event.rating, event.by) == (
        "evt-a",
        "relabel",
        "CJ",
        "0.25",
        "Bea",
    )
    assert (own.subject, own.decision, own.label, own.via) == (images[0].id, "", '2 "sources", one faint', "")
    assert (grouped.subject, grouped.decision, grouped.via) == (images[1].id, "discard", "stix-ssl/1/7")


def test_a_folder_without_reviews_and_one_with_another_file(tmp_path):
    assert read_labels(tmp_path) == read_labels(None) == []
    (tmp_path / FILE).write_text("uid,sources\n1,2\n")
    with pytest.raises(InvalidInputError, match="expected the columns kind, subject"):
        read_labels(tmp_path)


def test_what_an_id_is_of():
    assert [kind_of(one).value for one in ("evt-1", "obs-1", "stix-ssl/1/7")] == ["event", "image", "cluster"]
    with pytest.raises(InvalidInputError, match="detector/model version/number"):
        kind_of("7")


@pytest.mark.parametrize(
    ("scope", "named", "by"),
    [
        ("review", "", "laptop"),
        ("review", "laptop", "laptop"),
        ("review", "Anna", "Anna via laptop"),
        ("worker", "Anna", "Anna"),
        ("worker", "", "laptop"),
    ],
)
def test_the_owner_of_the_token_vouches(scope, named, by):
    token = caller.set(Token(name="laptop", sha256="0" * 64, scopes=("read", scope), created=""))
    try:
        assert signature(named) == by
    finally:
        caller.reset(token)
    assert signature("Anna") == "Anna"
