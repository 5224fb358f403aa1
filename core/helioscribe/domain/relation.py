"""What people say of two events: that one caused, followed or split from the other, in HEK's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id

__all__ = ["WORDS", "Relation", "Verb", "said_of", "standing"]

_LONGEST = 4000
_LONGEST_NAME = 200


class Verb(StrEnum):
    """How the first event stands to the second: the edges of HEK."""

    CAUSES = "causes"
    """The second would not be without the first, as a flare's coronal wave."""

    CONTAINS = "contains"
    """The second lies within the first."""

    IS_ASSOCIATED_WITH = "is_associated_with"
    """They belong together; said of both alike."""

    SPLITS_INTO = "splits_into"
    """The first ends as the second and others."""

    MERGES_INTO = "merges_into"
    """The first and others end as the second."""

    IS_FOLLOWED_BY = "is_followed_by"
    """The second is the first at a later time, as a region on its next rotation."""

    @property
    def inverse(self) -> str:
        """How the second event stands to the first."""
        return _INVERSE[self]


_INVERSE = {
    Verb.CAUSES: "is_caused_by",
    Verb.CONTAINS: "is_contained_in",
    Verb.IS_ASSOCIATED_WITH: "is_associated_with",
    Verb.SPLITS_INTO: "splits_from",
    Verb.MERGES_INTO: "merges_from",
    Verb.IS_FOLLOWED_BY: "follows",
}

WORDS: Mapping[str, tuple[Verb, bool]] = {
    **{inverse: (verb, True) for verb, inverse in _INVERSE.items()},
    **{verb.value: (verb, False) for verb in Verb},
    "followed_by": (Verb.IS_FOLLOWED_BY, False),
}
"""Everything that may be said, and whether it is said of the second event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One word of one person on two events, or the word that it holds no longer.

    Raises
    ------
    InvalidInputError
        If an event is related to itself, or nobody says so.
    """

    first: str
    """Id of an event."""

    verb: Verb
    """How it stands to the second."""

    second: str
    """Id of the other event."""

    by: str
    """Who says so."""

    at: datetime
    """When, UTC."""

    comment: str = ""
    """Why."""

    withdrawn: bool = False
    """Whether it holds no longer."""

    version: int = 0
    """Counts what was said of this relation; given by the catalogue."""

    def __post_init__(self) -> None:
        if not self.first or not self.second or max(len(self.first), len(self.second)) > _LONGEST_NAME:
            raise InvalidInputError("relation: expected the ids of two events")
        if self.first == self.second:
            raise InvalidInputError(f"relation: expected two events, got {self.first} twice")
        if not self.by.strip() or len(self.by) > _LONGEST_NAME or len(self.comment) > _LONGEST:
            raise InvalidInputError(f"relation: expected who says so ({_LONGEST_NAME} letters) and why ({_LONGEST})")
        if self.at.tzinfo is None:
            raise InvalidInputError(f"relation: {self.at} has no time zone")

    @property
    def id(self) -> str:
        """The same verb on the same events is one relation, whoever says so."""
        pair = (self.first, self.second)
        first, second = sorted(pair) if self.verb is Verb.IS_ASSOCIATED_WITH else pair
        return content_id("rel", first=first, verb=self.verb.value, second=second)

    def word(self, event_id: str) -> str:
        """Return how an event stands to the other one."""
        return self.verb.value if event_id == self.first else self.verb.inverse

    def other(self, event_id: str) -> str:
        """Return the id of the other event."""
        return self.second if event_id == self.first else self.first


def said_of(event_id: str, word: str, other: str, *, by: str, at: datetime, comment: str = "") -> Relation:
    """Return the relation that a word makes. Raises `InvalidInputError` for a word that is none of `WORDS`."""
    if word not in WORDS:
        raise InvalidInputError(f"relation: expected one of {', '.join(WORDS)}, got {word[:40]!r}")
    verb, turned = WORDS[word]
    first, second = (other, event_id) if turned else (event_id, other)
    return Relation(first=first, verb=verb, second=second, by=by, at=at, comment=comment)


def standing(log: Iterable[Relation]) -> list[Relation]:
    """Return the relations that hold, out of everything that was said of them, oldest first."""
    last = {relation.id: relation for relation in sorted(log, key=lambda one: one.version)}
    return sorted((one for one in last.values() if not one.withdrawn), key=lambda one: (one.at, one.id))
