"""Events, their revisions and the search for them: statements within one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, literal, select, tuple_, update

from helioscribe.db import rows
from helioscribe.db.reviews import reviewed_so
from helioscribe.db.statements import fetch, fetch_one, put, rows_by_id
from helioscribe.db.tables import durations, event_observations, events, revisions
from helioscribe.domain.association import EventChange
from helioscribe.domain.event import Event
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.ports.catalogue import EventQuery, Revision, check_revisions

__all__ = ["apply_changes", "changes_after", "find_page", "get_event", "get_revisions"]


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
    _lengthen(connection, [change.event for change in changes])


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


def _lengthen(connection: Connection, changed: Sequence[Event]) -> None:
    known = _longest(connection, ())
    longest = dict(known)
    for event in changed:
        seconds = event.time_range.duration.total_seconds()
        longest[event.event_type] = max(longest.get(event.event_type, 0.0), seconds)
    new = [{"event_type": key, "longest": value} for key, value in longest.items() if known.get(key) != value]
    put(connection, durations, new, change=("longest",))


def _longest(connection: Connection, event_types: Sequence[str]) -> dict[str, float]:
    chosen = select(durations)
    if event_types:
        chosen = chosen.where(durations.c.event_type.in_(event_types))
    return {row["event_type"]: row["longest"] for row in fetch(connection, chosen)}


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


def find_page(connection: Connection, query: EventQuery, *, limit: int) -> list[Event]:
    """Return the first events that a query names, by start and id."""
    conditions = [*_conditions(query)]
    if query.time_range is not None:
        conditions += _overlap(query.time_range, _longest(connection, query.event_types))
    if query.after is not None:
        conditions.append(tuple_(events.c.event_starttime, events.c.id) > tuple_(*_typed(query.after)))
    chosen = select(events).where(*conditions).order_by(events.c.event_starttime, events.c.id).limit(limit)
    return [rows.event_of(row) for row in fetch(connection, chosen)]


def _typed(after: tuple[datetime, str]) -> tuple[Any, Any]:
    return literal(after[0], events.c.event_starttime.type), literal(after[1], events.c.id.type)


def _conditions(query: EventQuery) -> list[ColumnElement[bool]]:
    column = events.c
    equal = {column.detector: query.detector, column.frm_name: query.frm_name, column.obs_instrument: query.instrument}
    conditions = [name == value for name, value in equal.items() if value is not None]
    if query.event_types:
        conditions.append(column.event_type.in_(query.event_types))
    if query.statuses:
        conditions.append(column.status.in_([status.value for status in query.statuses]))
    if query.probability is not None:
        conditions.append(column.event_probability >= query.probability)
    conditions += reviewed_so(query.reviewed)
    if query.observation_id is not None:
        links = select(event_observations.c.event_id)
        conditions.append(column.id.in_(links.where(event_observations.c.observation_id == query.observation_id)))
    return conditions


def _overlap(time_range: TimeRange, longest: Mapping[str, float]) -> list[ColumnElement[bool]]:
    # An event that reaches into the span began no earlier than the longest event lasts. That turns a scan of all
    # earlier events into a short range of the index.
    earliest = datetime.min.replace(tzinfo=UTC)
    reach = min(timedelta(seconds=max(longest.values(), default=0.0) + 1), time_range.start - earliest)
    return [
        events.c.event_starttime <= time_range.end,
        events.c.event_starttime >= time_range.start - reach,
        events.c.event_endtime >= time_range.start,
    ]
