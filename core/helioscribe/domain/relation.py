"""Relations between two events, such as "causes" or "follows", with HEK's names."""

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
    """Kind of the relation from the first event to the second: the edge types of HEK."""

    CAUSES = "causes"
    """The first event causes the second, as a flare causes a coronal wave."""

    CONTAINS = "contains"
    """The second event lies within the first."""

    IS_ASSOCIATED_WITH = "is_associated_with"
    """The two events belong together; the order does not matter."""

    SPLITS_INTO = "splits_into"
    """The first event splits into the second and others."""

    MERGES_INTO = "merges_into"
    """The first event and others merge into the second."""

    IS_FOLLOWED_BY = "is_followed_by"
    """The second event is the first at a later time, such as a region on its next rotation."""

    @property
    def inverse(self) -> str:
        """Name of the relation from the second event to the first."""
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
"""All names of relations, each with its verb and whether it is the relation from the second event to the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A statement that two events are related, or, if `withdrawn`, that they no longer are.

    Raises
    ------
    InvalidInputError
        If an event is related to itself, the author is missing, or a text is too long.
    """

    first: str
    """Id of the first event."""

    verb: Verb
    """Relation from the first event to the second."""

    second: str
    """Id of the second event."""

    by: str
    """Name of the author."""

    at: datetime
    """Time of the statement, UTC."""

    comment: str = ""
    """Reason."""

    withdrawn: bool = False
    """Whether the relation is withdrawn."""

    version: int = 0
    """Number of the statement about this relation, from 1; set by the catalogue."""

    def __post_init__(self) -> None:
        if not self.first or not self.second or max(len(self.first), len(self.second)) > _LONGEST_NAME:
            raise InvalidInputError("relation: expected the ids of two events")
        if self.first == self.second:
            raise InvalidInputError(f"relation: expected two events, got {self.first} twice")
        if not self.by.strip() or len(self.by) > _LONGEST_NAME or len(self.comment) > _LONGEST:
            raise InvalidInputError(
                f"relation: expected an author (1 to {_LONGEST_NAME} letters) and a comment (at most {_LONGEST})"
            )
        if self.at.tzinfo is None:
            raise InvalidInputError(f"relation: {self.at} has no time zone")

    @property
    def id(self) -> str:
        """Id of the relation, the same for the same verb and events, whoever the author is."""
        pair = (self.first, self.second)
        first, second = sorted(pair) if self.verb is Verb.IS_ASSOCIATED_WITH else pair
        return content_id("rel", first=first, verb=self.verb.value, second=second)

    def word(self, event_id: str) -> str:
        """Return the name of the relation from one of the two events to the other."""
        return self.verb.value if event_id == self.first else self.verb.inverse

    def other(self, event_id: str) -> str:
        """Return the id of the other of the two events."""
        return self.second if event_id == self.first else self.first


def said_of(event_id: str, word: str, other: str, *, by: str, at: datetime, comment: str = "") -> Relation:
    """Return the relation from one event to another that has a name. Raises `InvalidInputError` for an unknown name."""
    if word not in WORDS:
        raise InvalidInputError(f"relation: expected one of {', '.join(WORDS)}, got {word[:40]!r}")
    verb, turned = WORDS[word]
    first, second = (other, event_id) if turned else (event_id, other)
    return Relation(first=first, verb=verb, second=second, by=by, at=at, comment=comment)


def standing(log: Iterable[Relation]) -> list[Relation]:
    """Return the relations that are not withdrawn, given all statements about them; oldest first."""
    last = {relation.id: relation for relation in sorted(log, key=lambda one: one.version)}
    return sorted((one for one in last.values() if not one.withdrawn), key=lambda one: (one.at, one.id))
