"""Free text: words in an event's names, classes and description, and the index that finds rare ones at once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, String, literal, literal_column, text

from helioscribe.db.engine import translated
from helioscribe.db.tables import events
from helioscribe.domain.conditions import folded
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.query import SEARCHED

__all__ = ["index_words", "word_clause"]

_INDEX = "ix_events_words"
_STORED = {"hs_detector": "detector"}
_ESCAPE = "\\"


def word_clause(word: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that one of `SEARCHED` has a word in its text, whatever the case of its ASCII letters."""
    pattern = folded(word)
    for sign in (_ESCAPE, "_", "%"):
        pattern = pattern.replace(sign, _ESCAPE + sign)
    searched: ColumnElement[str] = literal_column(_searched(dialect), String())
    return searched.like(literal(f"%{pattern}%", String()), escape=_ESCAPE)


def index_words(engine: Engine) -> None:
    """Make the index that free text is found by, or make it anew after `SEARCHED` has changed.

    It is not there from the start: it doubles what an import costs, and only searches without a span of time need it.

    Raises
    ------
    InvalidInputError
        If the database is not Postgres.
    UnavailableError
        If it does not answer.
    InternalError
        If its module pg_trgm, a part of Postgres' contrib, is not installed or may not be made ready by this user.
    """
    if engine.dialect.name != "postgresql":
        raise InvalidInputError("an index of words needs Postgres; SQLite reads what lies in the span of a search")
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEX}"))
        searched = _searched("postgresql").replace("events.", "")
        connection.execute(text(f"CREATE INDEX CONCURRENTLY {_INDEX} ON events USING gin (({searched}) gin_trgm_ops)"))
        connection.execute(text("ANALYZE events"))


def _searched(dialect: str) -> str:
    """Return everything that is searched as one text. Words hold no blanks: none is found across two columns."""
    joined = " || ' ' || ".join(_text_of(name, dialect) for name in SEARCHED)
    return f'lower(({joined}) COLLATE "C")' if dialect == "postgresql" else f"lower({joined})"


def _text_of(name: str, dialect: str) -> str:
    stored = _STORED.get(name, name)
    if stored in events.c:
        return f"events.{stored}"
    if dialect == "postgresql":
        return f"coalesce(events.attributes ->> '{name}','')"
    return f"coalesce(json_extract(events.attributes,'$.{name}'),'')"
