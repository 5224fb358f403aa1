"""Opens databases, begins transactions, and turns errors of the database into ours."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url

from helioscribe.db.types import read_json, write_json
from helioscribe.domain.errors import (
    HelioscribeError,
    InternalError,
    InvalidInputError,
    MissingDependencyError,
    UnavailableError,
)

__all__ = ["Lock", "lock", "open_engine", "reading", "translated", "writing"]

_BUSY = 30.0  # seconds that a writer waits for its turn in SQLite
_FRESH = 30.0  # seconds for which a silent connection is taken to be there
_OPTIONS: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 24,
    "json_serializer": write_json,
    "json_deserializer": read_json,
}
_UNDEFINED = {"42P01", "42703"}  # Postgres: no such table, no such column


class Lock(IntEnum):
    """Keys of advisory locks in Postgres. SQLite needs none, since it allows one writer at a time."""

    MIGRATION = 0x48454C01
    CHANGES = 0x48454C02
    ALIASES = 0x48454C03
    RUN_LOG = 0x48454C04


def open_engine(url: str) -> Engine:
    """Open a database; the connection is made when it is first used.

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
        engine = create_engine(url, connect_args=timeout, **_OPTIONS)
    except ImportError:
        raise MissingDependencyError.of("psycopg", extra="postgres") from None
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "checkin", _remember)
    event.listen(engine, "checkout", _ask_after)
    return engine


def _prepare_postgres(connection: Any, record: Any) -> None:
    # Our statements go by indexes whatever their values; to plan one anew takes longer than to run it.
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET timezone = 'UTC'")  # the only zone in which the driver need not calculate
    connection.commit()
    _remember(connection, record)


def _remember(_connection: Any, record: Any) -> None:
    if record is not None:
        record.info["seen"] = time.monotonic()


def _ask_after(connection: Any, record: Any, _proxy: Any) -> None:
    # A server that goes away closes its connections; a network that drops idle ones does not.
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if not line.poll(0) and time.monotonic() - record.info["seen"] < _FRESH:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:  # the driver's, which is not imported here
        raise exc.DisconnectionError from error


def _open_sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise InvalidInputError("sqlite without a file; expected sqlite:////folder/file.db, or memory: to keep nothing")
    engine = create_engine(url, connect_args={"timeout": _BUSY}, **_OPTIONS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Otherwise the driver begins transactions by itself, and too late.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    # Switching to WAL needs exclusive access to the file for a moment, and SQLite does not wait for it.
    deadline = time.monotonic() + _BUSY
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that turns from reading to writing fails at once if another writes; so writers say so at the start.
    write = connection.get_execution_options().get("helioscribe_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection for reading. In SQLite all statements see the same state of the database, in Postgres not."""
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # a transaction would only add two messages
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
            return
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that writes; it is committed at the end of the block unless an error is raised."""
    with translated(), engine.connect() as connection:
        connection.execution_options(helioscribe_write=True)
        with connection.begin():
            yield connection


def lock(connection: Connection, key: Lock) -> None:
    """Wait until no other transaction holds this lock, and hold it to the end of this one.

    Sequential scans are switched off for the transaction: Postgres keeps plans that were made while a table was empty,
    and looking up rows by key would read the whole table.
    """
    if connection.dialect.name == "postgresql":
        both = "SELECT pg_advisory_xact_lock(:key), set_config('enable_seqscan', 'off', true)"
        connection.execute(text(both), {"key": key.value})


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database into errors of the platform."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _translate(error) from error
    except UnicodeEncodeError as error:
        raise InvalidInputError.wrap(error, doing="text that a database cannot store") from None


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
