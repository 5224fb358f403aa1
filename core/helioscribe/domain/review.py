"""Reviews of events, images and clusters by people. All are kept; the last decision counts."""

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
"""Attribute of an event with the name of its image's cluster, see `cluster_id`."""

DETECTED_AS = "hs_detected_as"
"""Attribute of a relabelled event with the class that it was detected or reported as."""

_CLUSTER_ID = re.compile(r"[a-z0-9][a-z0-9_-]*/[^/\s]{1,100}/\d{1,9}")
_LONGEST = 4000
_LONGEST_NAME = 200


class SubjectKind(StrEnum):
    """Kind of the thing that is reviewed."""

    EVENT = "event"
    """An event, given by its id."""

    IMAGE = "image"
    """An image, given by the id of its observation."""

    CLUSTER = "cluster"
    """All images that a model assigns to one cluster, given by `cluster_id`."""


class Verdict(StrEnum):
    """What a reviewer can say."""

    CONFIRM = "confirm"
    """The event is real, and its class is right."""

    REJECT = "reject"
    """The event is not real."""

    RELABEL = "relabel"
    """The event is real and has another class, which its record has from then on."""

    KEEP = "keep"
    """The image can be used."""

    DISCARD = "discard"
    """The image is an artefact, or useless."""

    LABEL = "label"
    """The image shows what `Review.label` says."""

    RATE = "rate"
    """The event is as good as `Review.rating` says."""

    COMMENT = "comment"
    """A comment only."""

    UNDO = "undo"
    """The last decision is withdrawn, so that none has been made."""


class Reviewed(StrEnum):
    """Which events a search returns, by what reviewers have decided."""

    STANDING = "standing"
    """Events that are not hidden: neither they themselves nor their images have been rejected."""

    ANY = "any"
    """All events."""

    CONFIRMED = "confirmed"
    """Events that have been confirmed."""

    RELABELLED = "relabelled"
    """Events that have been given another class."""

    REJECTED = "rejected"
    """Events that are hidden."""

    UNREVIEWED = "unreviewed"
    """Events that are not hidden and about which nobody has decided."""


_OF_EVENTS = frozenset({Verdict.CONFIRM, Verdict.REJECT, Verdict.RELABEL, Verdict.RATE, Verdict.COMMENT, Verdict.UNDO})
_OF_IMAGES = frozenset({Verdict.KEEP, Verdict.DISCARD, Verdict.LABEL, Verdict.COMMENT, Verdict.UNDO})
_DECISIONS = frozenset({Verdict.CONFIRM, Verdict.REJECT, Verdict.RELABEL, Verdict.KEEP, Verdict.DISCARD})


def cluster_id(detector: str, model_version: str, number: int) -> str:
    """Return the name of a cluster. It contains the model, since another model numbers its clusters differently."""
    return f"{detector}/{model_version}/{number}"


def check_cluster(name: str) -> str:
    """Return the name of a cluster unchanged. Raises `InvalidInputError` if it is malformed."""
    if not _CLUSTER_ID.fullmatch(name):
        raise InvalidInputError(f"cluster {name[:80]!r}: expected detector/model version/number")
    return name


def kind_of(subject: str) -> SubjectKind:
    """Return what kind of thing an id names. Raises `InvalidInputError` if it is not an event, image or cluster."""
    if subject.startswith("evt-"):
        return SubjectKind.EVENT
    if subject.startswith("obs-"):
        return SubjectKind.IMAGE
    check_cluster(subject)
    return SubjectKind.CLUSTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of one thing by one person.

    Raises
    ------
    InvalidInputError
        If the verdict is not allowed for this kind of subject, or a field that it needs is missing.
    """

    kind: SubjectKind
    """Kind of the subject."""

    subject: str
    """Id of what is reviewed."""

    verdict: Verdict
    """What the reviewer says."""

    by: str
    """Name of the reviewer."""

    at: datetime
    """Time of the review, UTC."""

    label: str = ""
    """The right class of a relabelled event (HEK's two letters), or what the image shows."""

    rating: float | None = None
    """Rating from 0 to 1, with `Verdict.RATE` only."""

    comment: str = ""
    """Reason of the verdict, or the comment itself."""

    revision: int = 0
    """Revision of the event that was reviewed; 0 for other subjects."""

    version: int = 0
    """Number of the review of this subject, from 1; set by the catalogue."""

    def __post_init__(self) -> None:
        allowed = _OF_EVENTS if self.kind is SubjectKind.EVENT else _OF_IMAGES
        if self.verdict not in allowed:
            raise InvalidInputError(
                f"review: {self.verdict} is not possible for {self.kind}s; expected one of {', '.join(sorted(allowed))}"
            )
        if not self.by.strip() or len(self.by) > _LONGEST_NAME:
            raise InvalidInputError(f"review: expected the name of the reviewer, in 1 to {_LONGEST_NAME} letters")
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
        """Id, the same for the same verdict of the same person at the same time."""
        return content_id(
            "rev",
            of=self.kind.value,
            subject=self.subject,
            verdict=self.verdict.value,
            by=self.by,
            at=self.at.isoformat(),
            label=self.label,
            rating=self.rating,
            comment=self.comment,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The result of all reviews of a subject: its last decision, last label and last rating."""

    kind: SubjectKind
    """Kind of the subject."""

    subject: str
    """Id of what was reviewed."""

    decision: Verdict | None = None
    """Last decision (confirm, reject, relabel, keep or discard); None if there is none."""

    label: str = ""
    """Last label, which for an event is its class; empty if there is none."""

    rating: float | None = None
    """Last rating; None if there is none."""

    version: int
    """Number of reviews."""

    by: str
    """Name of the last reviewer."""

    at: datetime
    """Time of the last review, UTC."""

    def __str__(self) -> str:
        rating = "" if self.rating is None else f"rated {self.rating:g}"
        said = (f"{self.decision or ''} {self.label}".strip(), rating)
        return f"{', '.join(filter(None, said)) or 'commented on'}; the last of {self.version} by {self.by}"

    @classmethod
    def after(cls, before: Self | None, review: Review) -> Self:
        """Return the result after one more review."""
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
    """Yield everything whose review can hide an event: the event itself, its images and their cluster."""
    yield SubjectKind.EVENT, event.id
    for observation_id in event.observation_ids:
        yield SubjectKind.IMAGE, observation_id
    if cluster := event.attributes.get(CLUSTER):
        yield SubjectKind.CLUSTER, str(cluster)


def is_hidden(event: Event, decision: Callable[[SubjectKind, str], Verdict | None]) -> bool:
    """Return whether an event is hidden by reviews.

    A decision about the event itself takes precedence over those about its images, and these over the one about their
    cluster. Discarded images hide the event only if all its images are discarded.

    Parameters
    ----------
    event
        The event.
    decision
        Returns the last decision about a subject; None if there is none.
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
    """Return an event with another class; the attribute `DETECTED_AS` keeps the class that it was detected as."""
    found_as = str(event.attributes.get(DETECTED_AS, event.event_type))
    others = {name: value for name, value in event.attributes.items() if name != DETECTED_AS}
    kept = others if label == found_as else {**others, DETECTED_AS: found_as}
    return replace(event, event_type=label, attributes=kept)
