"""Fast insertion of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Boolean, Connection, Table

from helioscribe.db.ready import driver_errors
from helioscribe.db.types import PlainText, storable

__all__ = ["copy_rows"]


def copy_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows whose keys must be new: by binary COPY in Postgres, by one statement for all rows in SQLite.

    Parameters
    ----------
    connection
        Connection with an open transaction.
    table, names
        The table, and the names of the columns to fill.
    rows
        Values in the order of `names`; all are held in memory.
    """
    values = _bound(connection, table, names, rows)
    if not values:
        return
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name != "postgresql":
        statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # names of our tables
        connection.exec_driver_sql(statement, values)
        return
    kinds = [table.c[name].type.compile(connection.dialect).lower() for name in names]
    _copy(connection, f"COPY {into} FROM STDIN (FORMAT BINARY)", kinds, values)


def _copy(connection: Connection, statement: str, kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    with driver_errors(connection, statement), cursor, cursor.copy(statement) as copy:
        copy.set_types(kinds)
        for row in rows:
            copy.write_row(row)


def _bound(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return the rows with values converted for the driver. It works column by column, which is faster."""
    columns: list[Any] = list(zip(*rows, strict=True))
    for place, values in enumerate(columns):
        kind = table.c[names[place]].type
        # Booleans need no conversion, and nearly no text does.
        if isinstance(kind, Boolean) or (isinstance(kind, PlainText) and storable(values)):
            continue
        convert: Callable[[Any], Any] | None = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if convert is not None:
            columns[place] = map(convert, values)
    return list(zip(*columns, strict=True))
