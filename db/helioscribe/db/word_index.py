"""The index that rare words are found by at once: which events have three letters next to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, String, bindparam, literal_column, text

from helioscribe.db.engine import translated, writing
from helioscribe.db.words import searched

__all__ = ["index_words", "letters_clause", "letters_of"]

_INDEX = "ix_events_words"
_LETTERS = "event_letters"
"""The index in SQLite, a table of its module fts5. The texts stand in `events` only, whose rows keep their numbers."""
_MANY = 20_000
"""Events that have a word which is not rare: a hundredth of a large catalogue."""


def index_words(engine: Engine) -> None:
    """Make the index, or make it anew after `SEARCHED` has changed.

    It is not there from the start, since every import pays for it, and only searches without a span of time need it. In
    Postgres the catalogue goes on meanwhile; in SQLite, who writes waits.

    Raises
    ------
    UnavailableError
        If the database does not answer, or SQLite was built without fts5.
    InternalError
        If Postgres' module pg_trgm, a part of its contrib, is not installed or may not be made ready by this user.
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
    """Return what SQLite's index is asked for events that may have all words; None if that is no shorter way.

    SQLite does not know how rare words are, so the index is asked first. What many events have is found sooner by
    reading in order.
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
    """Return the condition that SQLite's index has what `letters_of` returned, given as the value ``letters``."""
    asked = bindparam("letters", type_=String(), required=False)
    rows = text(f"SELECT rowid FROM {_LETTERS} WHERE {_LETTERS} MATCH :letters")  # noqa: S608
    return literal_column("events.rowid").in_(rows.bindparams(asked))
