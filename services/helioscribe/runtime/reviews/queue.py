"""What a person should look at first: the oddest images, or what a model is least sure of."""

from __future__ import annotations

import heapq
from dataclasses import replace
from enum import StrEnum

from helioscribe.domain.embedding import Scored, split_space
from helioscribe.domain.event import Event
from helioscribe.domain.review import Reviewed, SubjectKind
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.ports.embeddings import EmbeddingStore, said_of_all
from helioscribe.runtime.companions import ImageWord
from helioscribe.runtime.reviews.clusters import cluster_of, scored_space

__all__ = ["Order", "event_queue", "image_queue"]

_MOST = 1_000_000


class Order(StrEnum):
    """What comes first."""

    ANOMALY = "anomaly"
    """The oddest."""

    DISAGREEMENT = "disagreement"
    """Where the classifiers of the folds differ most about the source count."""

    SEVERAL = "several"
    """What most likely has several sources."""


def image_queue(
    catalogue: Catalogue,
    embeddings: EmbeddingStore,
    detector: str,
    *,
    order: Order = Order.ANOMALY,
    model_version: str | None = None,
    limit: int = 20,
) -> list[ImageWord]:
    """Return what a detector says of images that nobody has decided about, the most urgent first.

    Parameters
    ----------
    catalogue, embeddings
        Where images, reviews and scores are.
    detector, model_version
        Whose word counts; by default that of the model that saw most images.
    order
        What comes first.
    limit
        Most to return.

    Raises
    ------
    NotFoundError
        If the detector has seen no image.
    """
    space = scored_space(embeddings, detector, model_version)
    images, clusters = _decided(catalogue, SubjectKind.IMAGE), _decided(catalogue, SubjectKind.CLUSTER)
    open_ = (
        one
        for one in said_of_all(embeddings, space)
        if one.subject not in images and cluster_of(space, one) not in clusters
    )
    first = heapq.nsmallest(limit, open_, key=lambda one: (_urgency(one, order), one.subject))
    version = split_space(space)[1]
    return [
        ImageWord(
            observation=catalogue.observation(one.subject), detector=detector, model_version=version, scores=one.scores
        )
        for one in first
    ]


def event_queue(catalogue: Catalogue, query: EventQuery, *, limit: int = 20) -> list[Event]:
    """Return events that nobody has decided about, those first of which their detector is least sure.

    Parameters
    ----------
    catalogue
        Where they are.
    query
        Which ones.
    limit
        Most to return.
    """
    found = catalogue.search(replace(query, reviewed=Reviewed.UNREVIEWED, limit=_MOST))
    return heapq.nsmallest(limit, found, key=lambda event: (_surety(event), event.event_starttime, event.id))


def _surety(event: Event) -> float:
    return 1.0 if event.event_probability is None else abs(event.event_probability - 0.5)


def _decided(catalogue: Catalogue, kind: SubjectKind) -> set[str]:
    return {one.subject for one in catalogue.standings(kind, limit=_MOST) if one.decision is not None}


def _urgency(scored: Scored, order: Order) -> float:
    match order:
        case Order.ANOMALY:
            return scored.scores.get("anomaly", 0.0)
        case Order.DISAGREEMENT:
            return -scored.scores.get("doubt", 0.0)
        case Order.SEVERAL:
            return -scored.scores.get("multiple", 0.0)
