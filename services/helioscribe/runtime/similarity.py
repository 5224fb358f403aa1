"""Finds observations similar to an event or an observation, by their embeddings."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.ports.embeddings import EmbeddingStore, known_among, similar_to
from helioscribe.runtime.companions import images_during

__all__ = ["Alike", "Likeness", "find_alike"]

_MOST_EVENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A similar observation."""

    distance: float
    """Distance in the unit of the space; 0 for the same image."""

    observation: Observation
    """The similar observation."""

    events: tuple[Event, ...]
    """Events that were found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Observations similar to one observation."""

    observation: Observation
    """Observation that was compared."""

    space: str
    """Name of the embedding space."""

    alike: tuple[Alike, ...]
    """Similar observations, the most similar first."""


def find_alike(
    catalogue: Catalogue, embeddings: EmbeddingStore, key: str, *, space: str | None = None, limit: int = 10
) -> Likeness:
    """Return the observations that are most similar to an event or an observation.

    Parameters
    ----------
    catalogue, embeddings
        Stores of events and embeddings.
    key
        Id of an event or an observation. For an event that was not found in images, the first image taken during it
        is compared.
    space
        Name of the embedding space; by default the largest one that contains the observation.
    limit
        Largest number of observations to return.

    Raises
    ------
    NotFoundError
        If there is no such event or observation, or it has no embedding.
    """
    subject, chosen = known_among(embeddings, _candidates(catalogue, key), space)
    found = similar_to(embeddings, chosen, subject, limit=limit)
    alike = [
        Alike(
            distance=one.distance,
            observation=catalogue.observation(one.subject),
            events=tuple(catalogue.search(EventQuery(observation_id=one.subject, limit=_MOST_EVENTS))),
        )
        for one in found
    ]
    return Likeness(observation=catalogue.observation(subject), space=chosen, alike=tuple(alike))


def _candidates(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    if not key.startswith("evt-"):
        return (key,)
    event = catalogue.event(key)
    return (*event.observation_ids, *(image.id for image in images_during(catalogue, event)))
