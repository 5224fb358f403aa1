"""Searches for words in the texts of events."""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, literal, literal_column

from helioscribe.db.tables import events
from helioscribe.domain.conditions import folded
from helioscribe.domain.query import SEARCHED

__all__ = ["ESCAPE", "escaped", "searched", "word_clause"]

_STORED = {"hs_detector": "detector"}
ESCAPE = "\\"
"""Escape character in patterns of ``LIKE``."""


def escaped(text: str, *wildcards: str) -> str:
    """Return text in which some wildcards of ``LIKE``, and the escape character, stand for themselves."""
    for sign in (ESCAPE, *wildcards):
        text = text.replace(sign, ESCAPE + sign)
    return text


def word_clause(word: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a word is in one of the columns `SEARCHED`, ignoring the case of ASCII letters."""
    pattern = escaped(folded(word), "_", "%")
    text: ColumnElement[str] = literal_column(searched(dialect), String())
    return text.like(literal(f"%{pattern}%", String()), escape=ESCAPE)


def searched(dialect: str, row: str = "events.") -> str:
    """Return SQL for the text of all columns `SEARCHED`, separated by blanks, which words do not contain."""
    joined = " || ' ' || ".join(_text_of(name, dialect, row) for name in SEARCHED)
    return f'lower(({joined}) COLLATE "C")' if dialect == "postgresql" else f"lower({joined})"


def _text_of(name: str, dialect: str, row: str) -> str:
    stored = _STORED.get(name, name)
    if stored in events.c:
        return f"{row}{stored}"
    if dialect == "postgresql":
        return f"coalesce({row}attributes ->> '{name}','')"
    return f"coalesce(json_extract({row}attributes,'$.{name}'),'')"
