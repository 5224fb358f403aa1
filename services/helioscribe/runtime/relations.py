"""Adding, withdrawing and showing relations between events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.row import edge_row
from helioscribe.domain.relation import Relation, said_of, standing
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.ports.catalogue import Catalogue

__all__ = ["Tie", "edges", "relate", "relation_record", "tie_record", "ties", "ties_of", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A relation, seen from one of its two events."""

    relation: Relation
    """The relation."""

    word: str
    """Word that relates the event to the other one, such as ``follows``."""

    other: Event
    """The other event."""


def relate(catalogue: Catalogue, event_id: str, word: str, other: str, *, by: str, comment: str = "") -> Relation:
    """Record a relation between two events. If it is there already, nothing changes.

    Parameters
    ----------
    catalogue
        Catalogue with the events.
    event_id, word, other
        Id, word and other id, such as ``evt-1...``, ``follows``, ``evt-2...``.
    by, comment
        Name of the person or program, and a reason.

    Raises
    ------
    NotFoundError
        If there is no such event.
    InvalidInputError
        If the word is not known, or both events are the same.
    """
    return catalogue.relate(said_of(event_id, word, other, by=by, at=utc_now(), comment=comment.strip()))


def withdraw(catalogue: Catalogue, event_id: str, relation_id: str, *, by: str, comment: str = "") -> Relation:
    """Withdraw a relation of an event. Raises `NotFoundError` if the event has no such relation."""
    for one in standing(catalogue.relations([event_id])):
        if one.id == relation_id:
            return catalogue.relate(replace(one, by=by, at=utc_now(), comment=comment.strip(), withdrawn=True))
    raise NotFoundError(f"event {event_id} has no relation {relation_id[:60]}")


def ties(catalogue: Catalogue, event_id: str, *, history: bool = False) -> list[Tie]:
    """Return the relations of an event; with `history`, all additions and withdrawals too, oldest first."""
    said = catalogue.relations([event_id])
    return _tied(catalogue, event_id, said if history else standing(said), {})


def ties_of(catalogue: Catalogue, events: Sequence[Event]) -> dict[str, list[Tie]]:
    """Return the relations of each event, by its id; events without relations are left out."""
    known = {event.id: event for event in events}
    found: dict[str, list[Relation]] = {}
    for relation in standing(catalogue.relations(list(known))):
        for event_id in (relation.first, relation.second):
            if event_id in known:
                found.setdefault(event_id, []).append(relation)
    return {event_id: _tied(catalogue, event_id, said, known) for event_id, said in found.items()}


def edges(found: Mapping[str, Sequence[Tie]], events: Sequence[Event], *, authority: str) -> list[dict[str, str]]:
    """Return the result of `ties_of` as rows of HEK's table ``association``, each relation once."""
    here = {event.id: event for event in events}
    rows: dict[str, dict[str, str]] = {}
    for event_id, tied in found.items():
        for tie in tied:
            one, said = here[event_id], tie.relation
            first, second = (one, tie.other) if event_id == said.first else (tie.other, one)
            rows[said.id] = edge_row(first, second, said.verb.value, authority=authority, by=said.by)
    return list(rows.values())


def relation_record(relation: Relation) -> dict[str, Any]:
    """Return a relation as a JSON object."""
    return {
        "id": relation.id,
        "first": relation.first,
        "verb": relation.verb.value,
        "second": relation.second,
        "by": relation.by,
        "at": format_utc(relation.at),
        "comment": relation.comment,
        "withdrawn": relation.withdrawn,
        "version": relation.version,
    }


def tie_record(tie: Tie) -> dict[str, Any]:
    """Return a relation as a JSON object, seen from one of its events."""
    other = {"other": tie.other.id, "other_type": tie.other.event_type}
    return {"word": tie.word} | other | relation_record(tie.relation)


def _tied(catalogue: Catalogue, event_id: str, said: Sequence[Relation], known: dict[str, Event]) -> list[Tie]:
    for other in {one.other(event_id) for one in said} - known.keys():
        known[other] = catalogue.event(other)
    return [Tie(relation=one, word=one.word(event_id), other=known[one.other(event_id)]) for one in said]
