"""Checks of records that people, programs and other servers add to the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from helioscribe.domain.association import EventChange
from helioscribe.domain.errors import ConflictError, InvalidInputError, NotFoundError
from helioscribe.domain.event import Event, EventStatus, hek_record
from helioscribe.domain.hek.imported import ORIGIN, event_of_row
from helioscribe.domain.hek.row import OWN_IVORN
from helioscribe.ports.catalogue import Catalogue

__all__ = ["made_anew", "not_of_detectors", "retract"]

_TRIES = 5
_LONGEST = 500
_GIVEN = ("kb_archivid", "revision")  # set by the catalogue if they are missing
_ID = re.compile("evt-[0-9a-f]{32}")


def made_anew(catalogue: Catalogue, event: Event, *, origin: str) -> Event:
    """Return a submitted event in the form of imported ones: with standard units, and without what only the platform
    may set, such as the detector.

    Raises
    ------
    InvalidInputError
        If the record is not valid, or would change an event of a detector of this catalogue.
    """
    named = "kb_archivid" in event.attributes
    row = {name: value for name, value in hek_record(event).items() if name not in _GIVEN or name in event.attributes}
    made = event_of_row(row, origin=str(event.attributes.get(ORIGIN, origin)))
    if named or not event.id:
        return made
    if not _ID.fullmatch(event.id):
        raise InvalidInputError(f"event {event.id!r:.50}: expected an id of evt- and 32 hexadecimal digits, or none")
    _check_known(catalogue, event.id)
    return replace(made, id=event.id)


def not_of_detectors(catalogue: Catalogue, events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events, after checking that each may be written.

    Raises
    ------
    InvalidInputError
        At an event that a detector of this catalogue found; such events are changed by reviews only.
    """
    for event in events:
        # Identifiers of other catalogues never give the id of a detector's event.
        if OWN_IVORN.fullmatch(str(event.attributes.get("kb_archivid", ""))):
            _check_known(catalogue, event.id)
        yield event


def retract(catalogue: Catalogue, event_id: str, *, by: str, why: str) -> Event:
    """Withdraw a record. It is kept but searches leave it out; `by` and `why` are recorded in its history.

    Raises
    ------
    NotFoundError
        If there is no such event.
    InvalidInputError
        If a detector of this catalogue found the event.
    ConflictError
        If it was changed by others at the same time, even after several attempts.
    """
    words = " ".join(why.split())[:_LONGEST]
    reason = f"retracted by {by}{f': {words}' if words else ''}"
    for _ in range(_TRIES):
        event = catalogue.event(event_id)
        _check(event)
        if event.status is EventStatus.RETRACTED:
            return event
        gone = replace(event, status=EventStatus.RETRACTED, revision=event.revision + 1)
        with suppress(ConflictError):
            catalogue.apply([EventChange(event=gone, reason=reason)], associated=[])
            return gone
    raise ConflictError(f"event {event_id} was changed by others at the same time; try again")


def _check_known(catalogue: Catalogue, event_id: str) -> None:
    with suppress(NotFoundError):
        _check(catalogue.event(event_id))


def _check(event: Event) -> None:
    if event.detector:
        raise InvalidInputError(
            f"event {event.id} was found by {event.detector} of this catalogue; expected a review instead"
        )
