"""Connections: what a URL opens, how transactions begin, and what becomes of a database's errors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url

from helioscribe.domain.errors import (
    HelioscribeError,
    InternalError,
    InvalidInputError,
    MissingDependencyError,
    UnavailableError,
)

__all__ = ["Lock", "lock", "open_engine", "reading", "translated", "writing"]

_BUSY = 30.0  # seconds that a writer waits for its turn in SQLite
_DECODE = json.JSONDecoder().raw_decode  # what `json_serializer` wrote: no blanks around it, no odd encodings
_OPTIONS: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 24,
    "json_serializer": partial(json.dumps, allow_nan=False),
    "json_deserializer": lambda text: _DECODE(text if isinstance(text, str) else str(text, "utf-8"))[0],
}
_UNDEFINED = {"42P01", "42703"}  # Postgres: no such table, no such column


class Lock:
    """Keys of Postgres' advisory locks; SQLite lets one writer in at a time anyway."""

    MIGRATION = 0x48454C01
    CHANGES = 0x48454C02
    ALIASES = 0x48454C03
    RUN_LOG = 0x48454C04


def open_engine(url: str) -> Engine:
    """Open a database; nothing is connected before it is used.

    Parameters
    ----------
    url
        ``sqlite:////folder/file.db`` or ``postgresql+psycopg://user:password@host/name``.

    Raises
    ------
    InvalidInputError
        If the URL is of another kind.
    MissingDependencyError
        If the driver is not installed.
    """
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise InvalidInputError("not a database URL; expected sqlite:///... or postgresql+psycopg://...") from None
    if parsed.drivername == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return _open_postgres(parsed.set(drivername="postgresql+psycopg"))
    raise InvalidInputError(f"no database of kind {parsed.drivername!r}; expected sqlite or postgresql+psycopg")


def _open_postgres(url: URL) -> Engine:
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args=timeout, **_OPTIONS)
    except ImportError:
        raise MissingDependencyError.of("psycopg", extra="postgres") from None
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: Any) -> None:
    # Our statements go by indexes whatever their values; to plan one anew takes longer than to run it.
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.commit()


def _open_sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise InvalidInputError("sqlite without a file; expected sqlite:////folder/file.db, or memory: to keep nothing")
    engine = create_engine(url, connect_args={"timeout": _BUSY}, **_OPTIONS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Otherwise the driver begins transactions on its own, later than we mean.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    # The change to WAL needs the file for itself for a moment and does not wait for it.
    deadline = time.monotonic() + _BUSY
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half way cannot wait for its turn; it would fail at once. So writers say so first.
    write = connection.get_execution_options().get("helioscribe_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that only reads."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that writes; it is kept if the block ends well."""
    with translated(), engine.connect() as connection:
        connection.execution_options(helioscribe_write=True)
        with connection.begin():
            yield connection


def lock(connection: Connection, key: int) -> None:
    """Wait until no other transaction holds this lock, and hold it to the end of this one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the database into ours."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _translate(error) from error
    except UnicodeEncodeError as error:
        raise InvalidInputError.wrap(error, doing="text that no database holds") from None


def _translate(error: exc.SQLAlchemyError) -> HelioscribeError:
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, HelioscribeError):
        return cause
    make: Callable[..., HelioscribeError] = InternalError.wrap
    # A statement whose values could not even be converted, or that the database refused to convert.
    if isinstance(error, exc.DataError) or type(error) is exc.StatementError:
        make = InvalidInputError.wrap
    lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    away = isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError)
    if lost or away or getattr(cause, "sqlstate", None) in _UNDEFINED:
        make = UnavailableError.wrap
    return make(cause, doing="database")
