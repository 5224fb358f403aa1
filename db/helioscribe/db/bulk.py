"""Many rows at once, by the quickest way that a database has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from helioscribe.db.ready import driver_errors

__all__ = ["copy_rows"]


def copy_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows that are known to be new: by binary COPY in Postgres, by one statement for all in SQLite.

    Parameters
    ----------
    connection
        In a transaction.
    table, names
        Where to, and which of its columns.
    rows
        Values in the order of `names`.
    """
    values = _bound(connection, table, names, rows)
    first = next(values, None)
    if first is None:
        return
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name != "postgresql":
        statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # names of our tables
        connection.exec_driver_sql(statement, [tuple(row) for row in chain([first], values)])
        return
    kinds = [table.c[name].type.compile(connection.dialect).lower() for name in names]
    _copy(connection, f"COPY {into} FROM STDIN (FORMAT BINARY)", kinds, chain([first], values))


def _copy(connection: Connection, statement: str, kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    with driver_errors(connection, statement), cursor, cursor.copy(statement) as copy:
        copy.set_types(kinds)
        for row in rows:
            copy.write_row(row)


def _bound(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> Iterator[list[Any]]:
    """Yield rows with the values that the driver wants, as the types of the columns give them."""
    kinds = (table.c[name].type.dialect_impl(connection.dialect) for name in names)
    found = (kind.bind_processor(connection.dialect) for kind in kinds)
    converters: list[tuple[int, Callable[[Any], Any]]] = [(i, one) for i, one in enumerate(found) if one is not None]
    for row in rows:
        values = list(row)
        for place, convert in converters:
            values[place] = convert(values[place])
        yield values
