"""What a person should look at first: the oddest images, or those that a model is least sure of."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from enum import StrEnum

from helioscribe.domain.product import SolarImage
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.companions import ImageWord, words_about

__all__ = ["Order", "review_queue"]

_MOST_IMAGES = 100_000


class Order(StrEnum):
    """What comes first."""

    ANOMALY = "anomaly"
    """The oddest."""

    DISAGREEMENT = "disagreement"
    """Where the classifiers of the folds differ most about the source count."""

    SEVERAL = "several"
    """What most likely has several sources."""


def review_queue(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    detector: str,
    *,
    order: Order = Order.ANOMALY,
    time_range: TimeRange | None = None,
    limit: int = 20,
) -> list[ImageWord]:
    """Return what a detector says of the images that it has looked at, the most urgent first.

    Parameters
    ----------
    catalogue, artifacts
        Where runs and their scores are.
    detector
        Whose word counts.
    order
        What comes first.
    time_range
        Of the images, UTC at the observer; all by default.
    limit
        Most to return.
    """
    words = _words(catalogue, artifacts, detector, time_range)
    return heapq.nsmallest(limit, words, key=lambda word: (_urgency(word, order), word.observation.id))


def _words(
    catalogue: Catalogue, artifacts: ArtifactStore, detector: str, time_range: TimeRange | None
) -> Iterator[ImageWord]:
    for image in catalogue.observations(time_range=time_range, limit=_MOST_IMAGES):
        if image.product_kind == SolarImage.kind:
            yield from (word for word in words_about(catalogue, artifacts, image, detector=detector))


def _urgency(word: ImageWord, order: Order) -> float:
    match order:
        case Order.ANOMALY:
            return word.scores.get("anomaly", 0.0)
        case Order.DISAGREEMENT:
            return -word.scores.get("doubt", 0.0)
        case Order.SEVERAL:
            return -word.scores.get("multiple", 0.0)
