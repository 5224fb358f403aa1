"""Statements that are put together once and then go straight to the driver, for searches that are over in no time."""

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
    """A statement in the words of a driver."""

    text: str
    """With the driver's marks for values."""

    order: tuple[str, ...] | None
    """Names of the values in the order of their marks; None where the marks have names."""

    fixed: Mapping[str, Any]
    """Values that stand in the statement itself, as the driver wants them."""

    converters: Mapping[str, Converter]
    """What makes of other values what the driver wants."""

    readers: tuple[tuple[int, Converter], ...]
    """What makes of the driver's values ours, by their place in a row."""

    by_values: bool = False
    """Whether the best way to run it depends on its values, as with words that are rare or not."""

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect, *, by_values: bool = False) -> Self:
        """Put a statement together."""
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
        """Return what the driver wants beside the text: these values, and those that stand in the statement."""
        found = dict(self.fixed)
        for name, value in values.items():
            found[name] = self.converters[name](value) if name in self.converters else value
        return found if self.order is None else [found[name] for name in self.order]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """Yield what is found."""
        with _planned_anew(connection) if self.by_values else nullcontext():
            found = _fetched(connection, self.text, self.given(values))
        for row in found:
            here = list(row)
            for place, read in self.readers:
                here[place] = read(here[place])
            yield here


@contextmanager
def _planned_anew(connection: Connection) -> Iterator[None]:
    """Let Postgres look at the values before it chooses a plan, which `open_engine` tells it not to."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("SET plan_cache_mode = force_custom_plan")
    try:
        yield
    finally:
        with suppress(driver.Error):  # the connection is gone, and why has been said
            driver.execute("SET plan_cache_mode = force_generic_plan")


def _to_driver(dialect: Dialect, kind: Any) -> Converter | None:
    found: Converter | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def _from_driver(dialect: Dialect, kind: Any) -> Converter | None:
    if isinstance(kind, Double):  # as it comes; SQLAlchemy would ask the driver which of the numeric types it is
        return None
    found: Converter | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


def _fetched(connection: Connection, text: str, values: Any) -> list[Any]:
    driver: Any = connection.connection.driver_connection
    with driver_errors(connection, text):
        # Binary numbers and moments are read several times as fast as their text.
        cursor = driver.cursor(binary=True) if connection.dialect.name == "postgresql" else driver.cursor()
        try:
            found: list[Any] = cursor.execute(text, values).fetchall()
        finally:
            cursor.close()
    return found


@contextmanager
def driver_errors(connection: Connection, statement: str) -> Iterator[None]:
    """Turn the driver's errors into those of SQLAlchemy, as it does itself where it is asked."""
    error: Any = connection.dialect.dbapi.Error  # type: ignore[union-attr]  # there is a driver
    try:
        yield
    except error as failed:
        raise exc.DBAPIError.instance(statement, None, failed, error, dialect=connection.dialect) from failed
