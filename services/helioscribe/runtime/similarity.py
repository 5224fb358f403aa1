"""What looks like an event or an observation: neighbours among the stored embeddings, and the events in them."""

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
    """One observation that is like another."""

    distance: float
    """In the space's unit; 0 for the same image."""

    observation: Observation
    """What it is."""

    events: tuple[Event, ...]
    """What was found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What is like an observation."""

    observation: Observation
    """What was compared."""

    space: str
    """In which space."""

    alike: tuple[Alike, ...]
    """The most alike first."""


def find_alike(
    catalogue: Catalogue, embeddings: EmbeddingStore, key: str, *, space: str | None = None, limit: int = 10
) -> Likeness:
    """Return what is like an event or an observation.

    Parameters
    ----------
    catalogue, embeddings
        Where both are known.
    key
        Id of an event or of an observation. Of an event that was not seen in images, the first image during it counts.
    space
        Where to look; by default the largest space that knows it.
    limit
        Most to return.

    Raises
    ------
    NotFoundError
        If there is no such thing, or no embedding of it.
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
