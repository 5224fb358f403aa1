"""Statements that both dialects understand, each in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, select
from sqlalchemy.dialects import postgresql, sqlite

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.times import TimeRange

__all__ = ["add_new", "fetch", "fetch_one", "overlapping", "portions", "put", "rows_by_id"]

_BATCH = 500  # values in one IN (...)


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is new; return how many those were."""
    if not rows:
        return 0
    key = next(iter(table.primary_key.columns))
    statement = _insert(connection, table).on_conflict_do_nothing().returning(key)
    return len(connection.execute(statement, list(rows)).all())


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, change: Sequence[str]) -> None:
    """Insert rows; where the key is known, only `change` its columns."""
    if not rows:
        return
    statement = _insert(connection, table)
    values = {name: statement.excluded[name] for name in change}
    key = list(table.primary_key.columns)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values), list(rows))


def fetch(connection: Connection, statement: Select[Any]) -> list[RowMapping]:
    """Return all rows."""
    return list(connection.execute(statement).mappings())


def fetch_one(connection: Connection, statement: Select[Any], noun: str) -> RowMapping:
    """Return the only row. Raises `NotFoundError`, which says that there is no `noun`."""
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no {noun}")
    return row


def portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ids in such numbers as one ``IN (...)`` may hold."""
    yield from (ids[begin : begin + _BATCH] for begin in range(0, len(ids), _BATCH))


def rows_by_id(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, RowMapping]:
    """Return rows by their ids; what is not there is left out."""
    rows: dict[str, RowMapping] = {}
    for part in portions(ids):
        chosen = select(table).where(table.c.id.in_(part))
        rows |= {row["id"]: row for row in fetch(connection, chosen)}
    return rows


def overlapping(table: Table, time_range: TimeRange) -> ColumnElement[bool]:
    """Condition that columns `start` and `end` overlap a span."""
    return and_(table.c.start <= time_range.end, table.c.end >= time_range.start)
