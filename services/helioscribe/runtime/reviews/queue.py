"""What a person should look at first: the oddest images, or what a model is least sure of."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from helioscribe.domain.embedding import Scored, split_space
from helioscribe.domain.event import Event
from helioscribe.domain.review import Reviewed, Standing, SubjectKind
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.ports.embeddings import EmbeddingStore, all_scores
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.companions import ImageWord
from helioscribe.runtime.reviews.clusters import cluster_of, scored_space
from helioscribe.runtime.shadows import side_by_side, versions_of

__all__ = ["ImageQueue", "Order", "disputed_events", "event_queue"]

_MOST = 1_000_000
_NEWEST = 2000
_CHANCES = ("rank", "multiple")


class Order(StrEnum):
    """What comes first."""

    ANOMALY = "anomaly"
    """The oddest."""

    DISAGREEMENT = "disagreement"
    """Where champion and shadow differ most; only what both have seen."""

    DOUBT = "doubt"
    """Where the classifiers of the folds differ most about the source count."""

    SEVERAL = "several"
    """What most likely has several sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageQueue:
    """What a detector says of images that nobody has decided about or labelled.

    Parameters
    ----------
    catalogue, embeddings, models
        Stores of images and reviews, of the scores of images, and of the roles of models.
    detector
        Detector whose scores are used; by default the one that has scored the most images.
    model_version
        Version of the model whose scores are used; by default the champion.
    """

    catalogue: Catalogue
    embeddings: EmbeddingStore
    models: ModelRegistry
    detector: str | None = None
    model_version: str | None = None

    def first(self, order: Order = Order.ANOMALY, *, limit: int = 20) -> list[ImageWord]:
        """Return the most urgent ones.

        Raises
        ------
        NotFoundError
            If the detector has seen no image, or there is no shadow to disagree with.
        """
        space = scored_space(self.embeddings, self.models, self.detector, self.model_version)
        said = self._disputed(space) if order is Order.DISAGREEMENT else all_scores(self.embeddings, space)
        images = {one.subject for one in self._standings(SubjectKind.IMAGE) if one.decision or one.label}
        clusters = {one.subject for one in self._standings(SubjectKind.CLUSTER) if one.decision}
        waiting = (one for one in said if one.subject not in images and cluster_of(space, one) not in clusters)
        chosen = heapq.nsmallest(limit, waiting, key=lambda one: (_urgency(one, order), one.subject))
        detector, version, _ = split_space(space)
        return [
            ImageWord(
                observation=self.catalogue.observation(one.subject),
                detector=detector,
                model_version=version,
                scores=one.scores,
            )
            for one in chosen
        ]

    def _standings(self, kind: SubjectKind) -> list[Standing]:
        return self.catalogue.standings(kind, limit=_MOST)

    def _disputed(self, space: str) -> Iterator[Scored]:
        """Yield what was said of the images that the shadow has seen too, with how far its word is from that."""
        detector = split_space(space)[0]
        other = scored_space(self.embeddings, self.models, detector, versions_of(self.models, detector)[1])
        both = heapq.merge(
            ((one.subject, 0, one) for one in all_scores(self.embeddings, space)),
            ((one.subject, 1, one) for one in all_scores(self.embeddings, other)),
            key=lambda one: one[:2],
        )
        for (subject, _, ours), (again, _, theirs) in pairwise(both):
            if subject == again:
                yield replace(ours, scores={**ours.scores, "disagreement": _apart(ours.scores, theirs.scores)})


def event_queue(catalogue: Catalogue, query: EventQuery, *, limit: int = 20) -> list[Event]:
    """Return events that nobody has decided about, those first of which their detector is least sure.

    Events of detectors that give no probability come last; imported records without one are left out. Only the
    newest 2,000 are considered; older ones follow when these have been decided.

    Parameters
    ----------
    catalogue
        Catalogue of the events.
    query
        Which events.
    limit
        Largest number to return.
    """
    newest = replace(query, reviewed=Reviewed.UNREVIEWED, descending=True, limit=_NEWEST)
    found = list(catalogue.search(replace(newest, probability=query.probability or 0.0)))
    if len(found) < limit and query.probability is None:
        found += [one for one in catalogue.search(newest) if one.detector and one.event_probability is None]
    return heapq.nsmallest(limit, found, key=lambda event: (_surety(event), event.event_starttime, event.id))


def disputed_events(
    catalogue: Catalogue, models: ModelRegistry, detector: str, *, time_range: TimeRange | None = None, limit: int = 20
) -> list[Event]:
    """Return events of a detector that its shadow has not seen, and nobody has decided about, by time.

    Parameters
    ----------
    catalogue, models
        Stores of the runs and of the roles of models.
    detector
        Id of the detector.
    time_range
        Only observations that overlap it, UTC at the observer.
    limit
        Largest number to return.

    Raises
    ------
    NotFoundError
        If the detector has no shadow.
    """
    versions, found = versions_of(models, detector), dict[str, Event]()
    for sided in side_by_side(catalogue, detector=detector, versions=versions, time_range=time_range):
        alone = {one.id for one in sided.comparison.only_first}
        query = EventQuery(observation_id=sided.observation.id, detectors=(detector,), reviewed=Reviewed.UNREVIEWED)
        found |= {one.id: one for one in catalogue.search(query) if alone.intersection(one.detection_ids)}
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _surety(event: Event) -> float:
    return 1.0 if event.event_probability is None else abs(event.event_probability - 0.5)


def _apart(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Return how far two models differ about how odd an image is, or how likely several sources are, 0 to 1."""
    return max((abs(ours[name] - theirs[name]) for name in _CHANCES if name in ours and name in theirs), default=0.0)


def _urgency(scored: Scored, order: Order) -> float:
    match order:
        case Order.ANOMALY:
            return scored.scores.get("anomaly", 0.0)
        case Order.DISAGREEMENT | Order.DOUBT:
            return -scored.scores.get(order.value, 0.0)
        case Order.SEVERAL:
            return -scored.scores.get("multiple", 0.0)
