"""What people say of events, images and clusters: every word is kept, and the last one counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.identity import content_id

__all__ = [
    "CLUSTER",
    "DETECTED_AS",
    "Review",
    "Reviewed",
    "Standing",
    "SubjectKind",
    "Verdict",
    "check_cluster",
    "cluster_id",
    "is_hidden",
    "kind_of",
    "relabelled",
    "subjects_of",
]

CLUSTER = "hs_cluster"
"""Attribute of an event that names the cluster of its image, see `cluster_id`."""

DETECTED_AS = "hs_detected_as"
"""Attribute of a relabelled event with the class that its detector, or whoever reported it, gave it."""

_CLUSTER_ID = re.compile(r"[a-z0-9][a-z0-9_-]*/[^/\s]{1,100}/\d{1,9}")
_LONGEST = 4000
_LONGEST_NAME = 200


class SubjectKind(StrEnum):
    """What can be reviewed."""

    EVENT = "event"
    """An event, by its id."""

    IMAGE = "image"
    """An image, by its observation's id."""

    CLUSTER = "cluster"
    """All images that a model puts together, by `cluster_id`."""


class Verdict(StrEnum):
    """What can be said."""

    CONFIRM = "confirm"
    """The event happened, and is what the record says."""

    REJECT = "reject"
    """There was no such event."""

    RELABEL = "relabel"
    """There was an event, of this class: the record has it from then on."""

    KEEP = "keep"
    """The image may be used."""

    DISCARD = "discard"
    """The image is an artefact, or of no use."""

    LABEL = "label"
    """The image shows what the label says."""

    RATE = "rate"
    """How good the event is, 0 to 1."""

    COMMENT = "comment"
    """Words only."""

    UNDO = "undo"
    """The last decision was a mistake: nobody has decided."""


class Reviewed(StrEnum):
    """Which events a search returns."""

    STANDING = "standing"
    """All that nobody has hidden: neither rejected nor resting on discarded images."""

    ANY = "any"
    """All."""

    CONFIRMED = "confirmed"
    """What somebody confirmed."""

    RELABELLED = "relabelled"
    """What somebody gave another class."""

    REJECTED = "rejected"
    """What is hidden otherwise."""

    UNREVIEWED = "unreviewed"
    """What stands, and nobody has decided about."""


_OF_EVENTS = frozenset({Verdict.CONFIRM, Verdict.REJECT, Verdict.RELABEL, Verdict.RATE, Verdict.COMMENT, Verdict.UNDO})
_OF_IMAGES = frozenset({Verdict.KEEP, Verdict.DISCARD, Verdict.LABEL, Verdict.COMMENT, Verdict.UNDO})
_DECISIONS = frozenset({Verdict.CONFIRM, Verdict.REJECT, Verdict.RELABEL, Verdict.KEEP, Verdict.DISCARD})


def cluster_id(detector: str, model_version: str, number: int) -> str:
    """Return the name of a cluster: its number means something for one model only."""
    return f"{detector}/{model_version}/{number}"


def check_cluster(name: str) -> str:
    """Return the name of a cluster. Raises `InvalidInputError` if it is none."""
    if not _CLUSTER_ID.fullmatch(name):
        raise InvalidInputError(f"cluster {name[:80]!r}: expected detector/model version/number")
    return name


def kind_of(subject: str) -> SubjectKind:
    """Return what an id is of. Raises `InvalidInputError` if it is no event's, image's or cluster's."""
    if subject.startswith("evt-"):
        return SubjectKind.EVENT
    if subject.startswith("obs-"):
        return SubjectKind.IMAGE
    check_cluster(subject)
    return SubjectKind.CLUSTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One word of one person.

    Raises
    ------
    InvalidInputError
        If the verdict is none for such a subject, or lacks what it needs.
    """

    kind: SubjectKind
    """What is reviewed."""

    subject: str
    """Its id."""

    verdict: Verdict
    """What is said."""

    by: str
    """Who says so."""

    at: datetime
    """When, UTC."""

    label: str = ""
    """The right class of a relabelled event (HEK's two letters), or what an image shows."""

    rating: float | None = None
    """0 to 1, with `Verdict.RATE`."""

    comment: str = ""
    """Why, or the words themselves."""

    revision: int = 0
    """Of the event that was judged; 0 for other subjects."""

    version: int = 0
    """Counts the reviews of the subject; given by the catalogue."""

    def __post_init__(self) -> None:
        allowed = _OF_EVENTS if self.kind is SubjectKind.EVENT else _OF_IMAGES
        if self.verdict not in allowed:
            raise InvalidInputError(
                f"review: {self.verdict} cannot be said of {self.kind}s; expected one of {', '.join(sorted(allowed))}"
            )
        if not self.by.strip() or len(self.by) > _LONGEST_NAME:
            raise InvalidInputError(f"review: expected who says so, in 1 to {_LONGEST_NAME} letters")
        if not self.subject or len(self.subject) > _LONGEST_NAME:
            raise InvalidInputError(f"review: expected the id of {self.kind}, got {self.subject[:40]!r}")
        if self.at.tzinfo is None:
            raise InvalidInputError(f"review: {self.at} has no time zone")
        if self.kind is SubjectKind.CLUSTER:
            check_cluster(self.subject)
        self._check_content()

    def _check_content(self) -> None:
        if self.verdict is Verdict.RELABEL and self.label not in EVENT_CLASSES:
            raise InvalidInputError(f"review: relabel needs one of {', '.join(EVENT_CLASSES)}, got {self.label[:20]!r}")
        if (self.verdict in (Verdict.RELABEL, Verdict.LABEL)) is not bool(self.label.strip()):
            raise InvalidInputError("review: a label belongs to relabel and label, and to nothing else")
        if (self.verdict is Verdict.RATE) is (self.rating is None):
            raise InvalidInputError("review: a rating belongs to rate, and to nothing else")
        if self.rating is not None and not 0 <= self.rating <= 1:
            raise InvalidInputError(f"review: expected a rating from 0 to 1, got {self.rating}")
        if self.verdict is Verdict.COMMENT and not self.comment.strip():
            raise InvalidInputError("review: a comment needs words")
        if len(self.label) > _LONGEST_NAME or len(self.comment) > _LONGEST:
            raise InvalidInputError(f"review: {_LONGEST_NAME} letters of a label and {_LONGEST} of a comment at most")

    @property
    def id(self) -> str:
        """The same word of the same person at the same time is one review."""
        return content_id(
            "rev", of=self.kind.value, subject=self.subject, verdict=self.verdict.value, by=self.by,
            at=self.at.isoformat(), label=self.label, rating=self.rating, comment=self.comment,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a subject stands after all reviews: of each kind of verdict the last one counts."""

    kind: SubjectKind
    """What was reviewed."""

    subject: str
    """Its id."""

    decision: Verdict | None = None
    """Confirm, reject or relabel; keep or discard; None while nobody has decided."""

    label: str = ""
    """The last label; of an event, the class that it has since."""

    rating: float | None = None
    """The last rating."""

    version: int
    """How many reviews there are."""

    by: str
    """Whose word was the last one."""

    at: datetime
    """When that was, UTC."""

    def __str__(self) -> str:
        rating = "" if self.rating is None else f"rated {self.rating:g}"
        said = (f"{self.decision or ''} {self.label}".strip(), rating)
        return f"{', '.join(filter(None, said)) or 'commented on'}; the last of {self.version} by {self.by}"

    @classmethod
    def after(cls, before: Self | None, review: Review) -> Self:
        """Return how a subject stands after one more review."""
        base = before or cls(kind=review.kind, subject=review.subject, version=0, by=review.by, at=review.at)
        decided, undone = review.verdict in _DECISIONS, review.verdict is Verdict.UNDO
        return replace(
            base,
            decision=review.verdict if decided else None if undone else base.decision,
            label=review.label or base.label,
            rating=base.rating if review.rating is None else review.rating,
            version=base.version + 1,
            by=review.by,
            at=review.at,
        )


def subjects_of(event: Event) -> Iterator[tuple[SubjectKind, str]]:
    """Yield everything whose review may hide an event: itself, its images, and their cluster."""
    yield SubjectKind.EVENT, event.id
    for observation_id in event.observation_ids:
        yield SubjectKind.IMAGE, observation_id
    if cluster := event.attributes.get(CLUSTER):
        yield SubjectKind.CLUSTER, str(cluster)


def is_hidden(event: Event, decision: Callable[[SubjectKind, str], Verdict | None]) -> bool:
    """Return whether reviews take an event out of sight.

    A word on the event itself counts before one on its images, and that before one on their cluster. An event goes with
    its images only if all of them are discarded.

    Parameters
    ----------
    event
        As it is now.
    decision
        Returns what was decided about a subject.
    """
    own = decision(SubjectKind.EVENT, event.id)
    if own is not None:
        return own is Verdict.REJECT
    images = [decision(SubjectKind.IMAGE, one) for one in event.observation_ids]
    if images and all(said is Verdict.DISCARD for said in images):
        return True
    cluster = event.attributes.get(CLUSTER)
    if not cluster or Verdict.KEEP in images:
        return False
    return decision(SubjectKind.CLUSTER, str(cluster)) is Verdict.DISCARD


def relabelled(event: Event, label: str) -> Event:
    """Return an event with the class that people gave it; what it was before stands beside it."""
    found_as = str(event.attributes.get(DETECTED_AS, event.event_type))
    others = {name: value for name, value in event.attributes.items() if name != DETECTED_AS}
    kept = others if label == found_as else {**others, DETECTED_AS: found_as}
    return replace(event, event_type=label, attributes=kept)
