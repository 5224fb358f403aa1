"""Events and their revisions: statements within one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from helioscribe.db import rows
from helioscribe.db.statements import fetch, fetch_one, rows_by_id
from helioscribe.db.tables import event_observations, events, revisions
from helioscribe.domain.association import EventChange
from helioscribe.domain.event import Event
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Revision, check_revisions

__all__ = ["apply_changes", "changes_after", "get_event", "get_revisions"]


def apply_changes(connection: Connection, changes: Sequence[EventChange]) -> None:
    """Write revisions. The caller holds the lock on changes, so that cursors grow in the order of the commits."""
    known = rows_by_id(connection, events, [change.event.id for change in changes])
    check_revisions(changes, {event_id: row["revision"] for event_id, row in known.items()})
    latest = {change.event.id: change.event for change in changes}
    _write(connection, [event for event in latest.values() if event.id not in known], [*latest.values()])
    cursor, at = connection.scalar(select(func.max(revisions.c.cursor))) or 0, utc_now()
    log = [
        Revision(cursor=cursor + number, at=at, reason=change.reason, event=change.event)
        for number, change in enumerate(changes, start=1)
    ]
    _insert(connection, revisions, [rows.revision_row(revision) for revision in log])


def _write(connection: Connection, new: Sequence[Event], changed: Sequence[Event]) -> None:
    _insert(connection, events, [rows.event_row(event) for event in new])
    added = {event.id for event in new}
    for event in changed:
        if event.id not in added:
            connection.execute(update(events).where(events.c.id == event.id).values(rows.event_row(event)))
            connection.execute(delete(event_observations).where(event_observations.c.event_id == event.id))
    links = [
        {"event_id": event.id, "observation_id": one} for event in changed for one in sorted(set(event.observation_ids))
    ]
    _insert(connection, event_observations, links)


def _insert(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    if values:
        connection.execute(insert(table), values)


def get_event(connection: Connection, event_id: str, revision: int | None) -> Event:
    """Return an event, as it is or as it was."""
    if revision is None:
        chosen = select(events).where(events.c.id == event_id)
        return rows.event_of(fetch_one(connection, chosen, f"event {event_id}"))
    log = select(revisions).where(revisions.c.event_id == event_id, revisions.c.revision == revision)
    return rows.revision_of(fetch_one(connection, log, f"revision {revision} of event {event_id}")).event


def get_revisions(connection: Connection, event_id: str) -> list[Revision]:
    """Return all revisions of an event, oldest first."""
    fetch_one(connection, select(events.c.id).where(events.c.id == event_id), f"event {event_id}")
    log = select(revisions).where(revisions.c.event_id == event_id).order_by(revisions.c.revision)
    return [rows.revision_of(row) for row in fetch(connection, log)]


def changes_after(connection: Connection, *, cursor: int, limit: int) -> list[Revision]:
    """Return the log after a cursor."""
    log = select(revisions).where(revisions.c.cursor > cursor).order_by(revisions.c.cursor)
    return [rows.revision_of(row) for row in fetch(connection, log.limit(max(limit, 0)))]
