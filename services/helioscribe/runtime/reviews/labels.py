"""Reviews as labels: how every reviewed image and event stands, for the next version of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.review import DETECTED_AS, Standing, SubjectKind
from helioscribe.domain.times import format_utc
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.runtime.reviews.clusters import members_of
from helioscribe.sdk.labels import Label

__all__ = ["Standings", "label_of_event", "labels_of_images", "labels_of_reviews"]

_MOST = 1_000_000


Standings = Callable[[SubjectKind, str], Standing | None]
"""Returns how a subject stands, or stood; None if nobody has said anything."""


def labels_of_reviews(catalogue: Catalogue, embeddings: EmbeddingStore) -> Iterator[Label]:
    """Yield a label for each reviewed event, for each reviewed image, and for the images of reviewed clusters.

    A word on an image itself counts before one on its cluster. Subjects with comments only have no label.
    """
    for standing in _standings(catalogue, SubjectKind.EVENT, None):
        yield label_of_event(catalogue.event(standing.subject), standing)
    yield from labels_of_images(catalogue, embeddings)


def labels_of_images(
    catalogue: Catalogue, embeddings: EmbeddingStore, standing_of: Standings | None = None
) -> Iterator[Label]:
    """Yield a label for each reviewed image, and for the images of reviewed clusters.

    Parameters
    ----------
    catalogue, embeddings
        Stores of images, reviews and clusters.
    standing_of
        Returns the standing of a subject, for labels as of an earlier time; the present one by default.
    """
    own = {one.subject: one for one in _standings(catalogue, SubjectKind.IMAGE, standing_of)}
    for subject, standing in own.items():
        yield _of_image(standing, catalogue.observation(subject))
    told = set(own)
    for standing in _standings(catalogue, SubjectKind.CLUSTER, standing_of):
        for member in members_of(embeddings, standing.subject):
            if member.subject not in told:
                told.add(member.subject)
                yield _of_image(standing, catalogue.observation(member.subject), via=standing.subject)


def label_of_event(event: Event, standing: Standing | None) -> Label:
    """Return an event as a label, with what people said of it, if anybody did."""
    known = event.attributes
    return Label(
        kind=SubjectKind.EVENT.value,
        subject=event.id,
        event_type=str(known.get(DETECTED_AS, event.event_type)),
        observation=next(iter(event.observation_ids), ""),
        start=str(known.get("hs_observer_starttime", format_utc(event.event_starttime))),
        end=str(known.get("hs_observer_endtime", format_utc(event.event_endtime))),
        **(_said(standing) if standing else {"decision": ""}),
    )


def _standings(catalogue: Catalogue, kind: SubjectKind, standing_of: Standings | None) -> list[Standing]:
    found = catalogue.standings(kind, limit=_MOST)
    then = found if standing_of is None else [standing_of(kind, one.subject) for one in found]
    return [one for one in then if one and (one.decision or one.label or one.rating is not None)]


def _of_image(standing: Standing, image: Observation, *, via: str = "") -> Label:
    span = image.time_range
    return Label(
        kind=SubjectKind.IMAGE.value,
        subject=image.id,
        via=via,
        name=image.name,
        start=format_utc(span.start),
        end=format_utc(span.end),
        **_said(standing),
    )


def _said(standing: Standing) -> dict[str, str]:
    rating = "" if standing.rating is None else f"{standing.rating:g}"
    decision = standing.decision.value if standing.decision else ""
    return {"decision": decision, "label": standing.label, "rating": rating} | {
        "by": standing.by,
        "at": format_utc(standing.at),
    }
