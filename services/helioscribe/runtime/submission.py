"""Records on their way into the catalogue: from files, from other servers, from people and programs with a token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from helioscribe.domain.association import EventChange
from helioscribe.domain.errors import ConflictError, InvalidInputError, NotFoundError
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.hek.row import OWN_IVORN
from helioscribe.ports.catalogue import Catalogue

__all__ = ["not_of_detectors", "retract"]

_TRIES = 5


def not_of_detectors(catalogue: Catalogue, events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events that may be written.

    Raises
    ------
    InvalidInputError
        At one that would change what a detector of this catalogue found: people judge such events in reviews.
    """
    for event in events:
        # Names of others lead to ids that no detector's event has.
        if OWN_IVORN.fullmatch(str(event.attributes.get("kb_archivid", ""))):
            with suppress(NotFoundError):
                _check(catalogue.event(event.id))
        yield event


def retract(catalogue: Catalogue, event_id: str, *, reason: str) -> Event:
    """Withdraw a record: it stays as a tombstone, and searches leave it out.

    Raises
    ------
    NotFoundError
        If there is no such event.
    InvalidInputError
        If a detector of this catalogue found it.
    ConflictError
        If others changed it all the time.
    """
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


def _check(event: Event) -> None:
    if event.detector:
        raise InvalidInputError(
            f"event {event.id} was found by {event.detector} of this catalogue; expected a review, not another record"
        )
