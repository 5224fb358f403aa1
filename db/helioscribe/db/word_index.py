"""Trigram index for searches of rare words in the texts of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, String, bindparam, literal_column, text

from helioscribe.db.engine import translated, writing
from helioscribe.db.words import searched

__all__ = ["index_words", "letters_clause", "letters_of"]

_INDEX = "ix_events_words"
_LETTERS = "event_letters"
"""The index in SQLite: an fts5 table without the texts themselves, which are in `events` under the same row ids."""
_MANY = 20_000
"""Number of events from which on a word is not rare; about 1 % of a large catalogue."""


def index_words(engine: Engine) -> None:
    """Make the index, or rebuild it after `SEARCHED` has changed.

    It is optional, since it slows down imports and only helps searches without a span of time. Meanwhile, Postgres goes
    on with other work; in SQLite, writers wait.

    Raises
    ------
    UnavailableError
        If the database does not answer, or SQLite was built without fts5.
    InternalError
        If the Postgres extension pg_trgm (in its contrib package) is not installed, or this user may not create it.
    """
    if engine.dialect.name == "postgresql":
        with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _run(connection, _in_postgres())
    else:
        with writing(engine) as connection:
            _run(connection, _in_sqlite())


def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _in_postgres() -> Iterable[str]:
    yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    yield f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEX}"
    yield f"CREATE INDEX CONCURRENTLY {_INDEX} ON events USING gin (({searched('postgresql', '')}) gin_trgm_ops)"
    yield "ANALYZE events"


def _in_sqlite() -> Iterable[str]:
    here, old, new = (searched("sqlite", row) for row in ("", "old.", "new."))
    put = f"INSERT INTO {_LETTERS} (rowid, words) VALUES (new.rowid, {new});"  # noqa: S608  # names of ours
    take = f"INSERT INTO {_LETTERS} ({_LETTERS}, rowid, words) VALUES ('delete', old.rowid, {old});"  # noqa: S608
    triggers = {"INSERT": put, "UPDATE": take + put, "DELETE": take}
    yield from (f"DROP TRIGGER IF EXISTS {_LETTERS}_{change}" for change in triggers)
    yield f"DROP TABLE IF EXISTS {_LETTERS}"
    yield f"CREATE VIRTUAL TABLE {_LETTERS} USING fts5(words, content='', detail=none, tokenize='trigram')"
    yield f"INSERT INTO {_LETTERS} (rowid, words) SELECT rowid, {here} FROM events"  # noqa: S608
    yield f"INSERT INTO {_LETTERS} ({_LETTERS}) VALUES ('optimize')"  # noqa: S608  # or later imports would pay for it
    for change, action in triggers.items():
        yield f"CREATE TRIGGER {_LETTERS}_{change} AFTER {change} ON events BEGIN {action} END"


def letters_of(connection: Connection, words: Sequence[str]) -> str | None:
    """Return the query of SQLite's index for events that may have all words; None if the index does not pay.

    It does not pay for words that many events have. SQLite does not know how rare words are, so the index is counted.
    """
    if connection.dialect.name != "sqlite" or not words:
        return None
    found = [word[at : at + 3] for word in words if "\0" not in word for at in range(len(word) - 2)]
    known = "SELECT 1 FROM sqlite_master WHERE name = ?"
    if not found or connection.exec_driver_sql(known, (_LETTERS,)).scalar() is None:
        return None
    asked = " AND ".join(f'"{letters}"' for letters in dict.fromkeys(one.replace('"', '""') for one in found))
    some = f"SELECT count(*) FROM (SELECT 1 FROM {_LETTERS} WHERE {_LETTERS} MATCH ? LIMIT {_MANY})"  # noqa: S608
    return asked if (connection.exec_driver_sql(some, (asked,)).scalar() or 0) < _MANY else None


def letters_clause() -> ColumnElement[bool]:
    """Return the condition that an event is found by SQLite's index; parameter ``letters`` is from `letters_of`."""
    asked = bindparam("letters", type_=String(), required=False)
    rows = text(f"SELECT rowid FROM {_LETTERS} WHERE {_LETTERS} MATCH :letters")  # noqa: S608
    return literal_column("events.rowid").in_(rows.bindparams(asked))
