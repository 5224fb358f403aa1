"""Helpers for statements that work in both SQLite and Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    any_,
    bindparam,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.times import TimeRange

__all__ = [
    "add_new",
    "among",
    "among_named",
    "as_list",
    "fetch",
    "fetch_one",
    "insert_known",
    "overlapping",
    "put",
    "rows_by_id",
]


_LISTS: Mapping[str, Any] = {"postgresql": ARRAY(String), "sqlite": String()}


class _Known(ClauseElement):
    """Clause ON CONFLICT, which says what to do with rows whose key exists.

    Unlike SQLAlchemy's own clauses (2.0), it can be cached, so that an insert is compiled only once. Compiling takes
    longer than running it.
    """

    _traverse_internals = [  # noqa: RUF012  # as its base has it
        ("key", InternalTraversal.dp_string_list),
        ("change", InternalTraversal.dp_string_list),
    ]
    inherit_cache = True

    def __init__(self, key: Sequence[str], change: Sequence[str]) -> None:
        self.key, self.change = tuple(key), tuple(change)


@compiles(_Known)
def _written(known: _Known, compiler: Any, **_: Any) -> str:
    quote = compiler.preparer.quote
    if not known.change:
        return "ON CONFLICT DO NOTHING"
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in known.change)
    return f"ON CONFLICT ({', '.join(map(quote, known.key))}) DO UPDATE SET {changes}"


def insert_known(table: Table, *, change: Sequence[str] = ()) -> Insert:
    """Return an insert that, in rows whose key exists, changes only the columns in `change`."""
    statement = insert(table)
    statement._post_values_clause = _Known(table.primary_key.columns.keys(), change)  # noqa: SLF001  # as dialects do
    return statement


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose keys are new; return their number."""
    if not rows:
        return 0
    key = next(iter(table.primary_key.columns))
    return len(connection.execute(insert_known(table).returning(key), list(rows)).all())


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, change: Sequence[str]) -> None:
    """Insert rows; in those whose keys exist, update the columns in `change`."""
    if rows:
        connection.execute(insert_known(table, change=change), list(rows))


def fetch(connection: Connection, statement: Select[Any]) -> list[RowMapping]:
    """Return all rows."""
    return list(connection.execute(statement).mappings())


def fetch_one(
    connection: Connection, statement: Select[Any], noun: str, values: Mapping[str, Any] | None = None
) -> RowMapping:
    """Return the only row. Raises `NotFoundError`, with `noun` in its message, if there is none."""
    row = connection.execute(statement, values).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no {noun}")
    return row


def among(column: ColumnElement[str], names: Iterable[str], dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that a column has one of some texts. Their number does not change the statement."""
    return _among(column, literal(as_list(names, dialect), _LISTS[dialect.name]), dialect.name)


def among_named(column: ColumnElement[str], name: str, dialect: str) -> ColumnElement[bool]:
    """Return the same condition with a named parameter, for cached statements; `as_list` makes its value."""
    return _among(column, bindparam(name, type_=_LISTS[dialect]), dialect)


def as_list(names: Iterable[str], dialect: Dialect) -> Any:
    """Return texts as the value of one list parameter."""
    return list(names) if dialect.name == "postgresql" else json.dumps(list(names))


def _among(column: ColumnElement[str], names: BindParameter[Any], dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column == any_(names)
    listed = func.json_each(names).table_valued("value")
    return column.in_(select(listed.c.value))


def rows_by_id(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, RowMapping]:
    """Return rows by their ids; ids without a row are left out."""
    chosen = select(table).where(among(table.c.id, ids, connection.dialect))
    return {row["id"]: row for row in fetch(connection, chosen)}


def overlapping(table: Table, time_range: TimeRange) -> ColumnElement[bool]:
    """Return the condition that the columns `start` and `end` overlap a span of time."""
    return and_(table.c.start <= time_range.end, table.c.end >= time_range.start)
