"""Reads and writes events and their revisions, within a transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, insert, select, update

from helioscribe.db import rows
from helioscribe.db.bulk import copy_rows
from helioscribe.db.records import to_record
from helioscribe.db.statements import fetch, fetch_one, rows_by_id
from helioscribe.db.tables import event_observations, events, revisions
from helioscribe.domain.association import EventChange
from helioscribe.domain.event import Event
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Revision, check_revisions, import_changes

__all__ = ["apply_changes", "changes_after", "get_event", "get_revisions", "import_events", "newest_cursor"]


def apply_changes(connection: Connection, changes: Sequence[EventChange]) -> None:
    """Write new revisions. The caller must hold the lock on changes, so that cursors are in order."""
    ids = list(dict.fromkeys(change.event.id for change in changes))
    known = {key: rows.event_of(row) for key, row in rows_by_id(connection, events, ids).items()}
    check_revisions(changes, {event.id: event.revision for event in known.values()})
    latest = {change.event.id: change.event for change in changes}
    _supersede(connection, known.values())
    _write(connection, [event for event in latest.values() if event.id not in known], [*latest.values()])
    _log(connection, changes, latest)


def import_events(connection: Connection, found: Sequence[Event], *, reason: str) -> list[Event]:
    """Write events that are new or have changed, and return them. The caller must hold the lock on changes.

    Since no other transaction can write events, new ones can be copied straight into the table.
    """
    latest = {event.id: event for event in found}
    known = {key: rows.event_of(row) for key, row in rows_by_id(connection, events, list(latest)).items()}
    changes = import_changes(latest.values(), known, reason)
    new = [change for change in changes if change.event.id not in known]
    copy_rows(connection, events, rows.EVENT_COLUMNS, rows.event_values([change.event for change in new]))
    copy_rows(connection, event_observations, ("observation_id", "event_id"), _links(change.event for change in new))
    cursor, at = newest_cursor(connection), utc_now()
    log = ((cursor + number, one.event.id, 1, at, one.reason, None) for number, one in enumerate(new, start=1))
    copy_rows(connection, revisions, ("cursor", "event_id", "revision", "at", "reason", "event"), log)
    apply_changes(connection, [change for change in changes if change.event.id in known])
    return [change.event for change in changes]


def _supersede(connection: Connection, old: Iterable[Event]) -> None:
    # Each record is stored once: the present one in `events`, earlier ones in `revisions`.
    then = [{"key": event.id, "number": event.revision, "then": to_record(event)} for event in old]
    if then:
        line = (revisions.c.event_id == bindparam("key")) & (revisions.c.revision == bindparam("number"))
        connection.execute(update(revisions).where(line).values(event=bindparam("then")), then)


def _log(connection: Connection, changes: Sequence[EventChange], latest: Mapping[str, Event]) -> None:
    cursor, at = newest_cursor(connection), utc_now()
    lines = [
        {
            "cursor": cursor + number,
            "event_id": change.event.id,
            "revision": change.event.revision,
            "at": at,
            "reason": change.reason,
            "event": None if change.event is latest[change.event.id] else to_record(change.event),
        }
        for number, change in enumerate(changes, start=1)
    ]
    _insert(connection, revisions, lines)


def newest_cursor(connection: Connection) -> int:
    """Return the cursor of the last change; 0 if there is none."""
    return connection.scalar(select(func.max(revisions.c.cursor))) or 0


def _write(connection: Connection, new: Sequence[Event], changed: Sequence[Event]) -> None:
    _insert(connection, events, rows.event_rows(new))
    added = {event.id for event in new}
    for row in rows.event_rows([event for event in changed if event.id not in added]):
        connection.execute(update(events).where(events.c.id == row["id"]).values(row))
        connection.execute(delete(event_observations).where(event_observations.c.event_id == row["id"]))
    links = [{"observation_id": one, "event_id": event_id} for one, event_id in _links(changed)]
    _insert(connection, event_observations, links)


def _links(changed: Iterable[Event]) -> list[tuple[str, str]]:
    return [(one, event.id) for event in changed for one in sorted(set(event.observation_ids))]


def _insert(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    if values:
        connection.execute(insert(table), values)


def get_event(connection: Connection, event_id: str, revision: int | None) -> Event:
    """Return an event, or one of its revisions."""
    if revision is None:
        chosen = select(events).where(events.c.id == event_id)
        return rows.event_of(fetch_one(connection, chosen, f"event {event_id}"))
    log = _lines().where(revisions.c.event_id == event_id, revisions.c.revision == revision)
    return rows.revision_of(fetch_one(connection, log, f"revision {revision} of event {event_id}")).event


def get_revisions(connection: Connection, event_id: str) -> list[Revision]:
    """Return all revisions of an event, oldest first."""
    fetch_one(connection, select(events.c.id).where(events.c.id == event_id), f"event {event_id}")
    log = _lines().where(revisions.c.event_id == event_id).order_by(revisions.c.revision)
    return [rows.revision_of(row) for row in fetch(connection, log)]


def changes_after(connection: Connection, *, cursor: int, limit: int) -> list[Revision]:
    """Return the changes after a cursor, oldest first."""
    log = _lines().where(revisions.c.cursor > cursor).order_by(revisions.c.cursor)
    return [rows.revision_of(row) for row in fetch(connection, log.limit(max(limit, 0)))]


def _lines() -> Select[Any]:
    """Return the selection of changes, each with the present record of its event."""
    line = (revisions.c.cursor, revisions.c.at, revisions.c.reason, revisions.c.event.label("then"))
    return select(*line, *(events.c[name] for name in rows.EVENT)).join_from(revisions, events)
