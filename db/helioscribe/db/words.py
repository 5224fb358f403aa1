"""Free text: words in an event's names, classes and description."""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, literal, literal_column

from helioscribe.db.tables import events
from helioscribe.domain.conditions import folded
from helioscribe.domain.query import SEARCHED

__all__ = ["searched", "word_clause"]

_STORED = {"hs_detector": "detector"}
_ESCAPE = "\\"


def word_clause(word: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that one of `SEARCHED` has a word in its text, whatever the case of its ASCII letters."""
    pattern = folded(word)
    for sign in (_ESCAPE, "_", "%"):
        pattern = pattern.replace(sign, _ESCAPE + sign)
    text: ColumnElement[str] = literal_column(searched(dialect), String())
    return text.like(literal(f"%{pattern}%", String()), escape=_ESCAPE)


def searched(dialect: str, row: str = "events.") -> str:
    """Return everything that is searched as one text. Words hold no blanks: none is found across two columns."""
    joined = " || ' ' || ".join(_text_of(name, dialect, row) for name in SEARCHED)
    return f'lower(({joined}) COLLATE "C")' if dialect == "postgresql" else f"lower({joined})"


def _text_of(name: str, dialect: str, row: str) -> str:
    stored = _STORED.get(name, name)
    if stored in events.c:
        return f"{row}{stored}"
    if dialect == "postgresql":
        return f"coalesce({row}attributes ->> '{name}','')"
    return f"coalesce(json_extract({row}attributes,'$.{name}'),'')"
