"""Precompiled statements that go straight to the database driver, for searches that take less than a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Dialect, Double, Select, exc

__all__ = ["Ready", "driver_errors"]

Converter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A statement compiled for a driver."""

    text: str
    """SQL with the driver's placeholders."""

    order: tuple[str, ...] | None
    """Names of the values in the order of the placeholders; None if the placeholders have names."""

    fixed: Mapping[str, Any]
    """Values that are part of the statement, converted for the driver."""

    converters: Mapping[str, Converter]
    """Functions that convert other values for the driver, by name."""

    readers: tuple[tuple[int, Converter], ...]
    """Positions in a row, and functions that convert the driver's values there."""

    by_values: bool = False
    """Whether the best plan depends on the values, such as on whether a word is rare."""

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect, *, by_values: bool = False) -> Self:
        """Compile a statement."""
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        converters = {name: _to_driver(dialect, bind.type) for name, bind in compiled.binds.items()}
        known = {name: one for name, one in converters.items() if one is not None}
        readers = [_from_driver(dialect, column.type) for column in statement.selected_columns]
        return cls(
            text=compiled.string,
            order=tuple(compiled.positiontup) if compiled.positional else None,
            fixed={name: known[name](one) if name in known else one for name, one in compiled.params.items()},
            converters=known,
            by_values=by_values,
            readers=tuple((place, one) for place, one in enumerate(readers) if one is not None),
        )

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return all values of the statement, converted for the driver."""
        found = dict(self.fixed)
        for name, value in values.items():
            found[name] = self.converters[name](value) if name in self.converters else value
        return found if self.order is None else [found[name] for name in self.order]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """Run the statement and yield its rows."""
        with _planned_anew(connection) if self.by_values else nullcontext():
            found = _fetched(connection, self.text, self.given(values))
        for row in found:
            here = list(row)
            for place, read in self.readers:
                here[place] = read(here[place])
            yield here


@contextmanager
def _planned_anew(connection: Connection) -> Iterator[None]:
    """Let Postgres plan a statement by its values. By default, `open_engine` has it use one plan for all values."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("SET plan_cache_mode = force_custom_plan")
    try:
        yield
    finally:
        with suppress(driver.Error):  # the connection is lost; the first error tells why
            driver.execute("SET plan_cache_mode = force_generic_plan")


def _to_driver(dialect: Dialect, kind: Any) -> Converter | None:
    found: Converter | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def _from_driver(dialect: Dialect, kind: Any) -> Converter | None:
    if isinstance(kind, Double):  # needs no conversion; SQLAlchemy would look up the numeric type for each row
        return None
    found: Converter | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


def _fetched(connection: Connection, text: str, values: Any) -> list[Any]:
    driver: Any = connection.connection.driver_connection
    with driver_errors(connection, text):
        # Numbers and times are read several times faster in binary form.
        cursor = driver.cursor(binary=True) if connection.dialect.name == "postgresql" else driver.cursor()
        try:
            found: list[Any] = cursor.execute(text, values).fetchall()
        finally:
            cursor.close()
    return found


@contextmanager
def driver_errors(connection: Connection, statement: str) -> Iterator[None]:
    """Turn errors of the driver into those of SQLAlchemy, as SQLAlchemy does in its own calls."""
    error: Any = connection.dialect.dbapi.Error  # type: ignore[union-attr]  # there is a driver
    try:
        yield
    except error as failed:
        raise exc.DBAPIError.instance(statement, None, failed, error, dialect=connection.dialect) from failed
