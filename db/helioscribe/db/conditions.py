"""Conditions on columns in SQL, with the same meaning as `Condition.holds`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Integer,
    Numeric,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    true,
)

from helioscribe.db.tables import events
from helioscribe.db.types import UtcTime
from helioscribe.db.words import ESCAPE, escaped
from helioscribe.domain.conditions import GOES_COLUMN, Condition, Operator
from helioscribe.domain.event import EVENT_CLASSES, EventStatus, concept_of
from helioscribe.domain.query import RECORD_COLUMNS

__all__ = ["condition_clause"]

Clause = ColumnElement[bool]
Compare = Callable[[Any, Any], Clause]

_ALIASES = {"kb_archivid": "id", "hs_status": "status", "hs_detector": "detector"}
_COLUMNS = {name: name for name in RECORD_COLUMNS} | _ALIASES
"""Column of the table for each column that every record has; all others are in `attributes`."""

_COMPARE: Mapping[Operator, Compare] = {
    Operator.EQUAL: operator.eq,
    Operator.DIFFERENT: operator.ne,
    Operator.LESS: operator.lt,
    Operator.MORE: operator.gt,
    Operator.AT_MOST: operator.le,
    Operator.AT_LEAST: operator.ge,
    Operator.LIKE: operator.eq,
}


def condition_clause(condition: Condition, dialect: str) -> Clause:
    """Return a condition as a clause on the table of events.

    Parameters
    ----------
    condition
        The condition.
    dialect
        ``postgresql`` or ``sqlite``.
    """
    match name := condition.column:
        case "obs_wavelunit":
            return true() if condition.holds({name: "cm"}) else false()
        case "active":
            fitting = [one.value for one in EventStatus if condition.holds({name: one is not EventStatus.RETRACTED})]
            return events.c.status.in_(fitting)
        case "concept":
            codes = [code for code in EVENT_CLASSES if condition.holds({name: concept_of(code)})]
            return events.c.event_type.in_(codes)
        case _:
            pass
    if name in _COLUMNS:
        return _on_column(condition, events.c[_COLUMNS[name]], dialect)
    return _on_attribute(condition, _Attribute(name, dialect), dialect)


class _Attribute:
    """A value in the JSON column `attributes`, as expressions of a dialect."""

    def __init__(self, name: str, dialect: str) -> None:
        whole, path = events.c.attributes, f'$."{name}"'
        if dialect == "postgresql":
            self.kind: ColumnElement[Any] = func.json_typeof(whole.op("->")(name))
            self.text: ColumnElement[Any] = whole.op("->>")(name)
            self.flag: ColumnElement[Any] = self.text
            self.number: ColumnElement[Any] = cast(self.text, Numeric)
        else:
            self.kind = self.flag = func.json_type(whole, path)
            self.text = self.number = func.json_extract(whole, path)
        self.kinds = {"number": ("number", "integer", "real"), "flag": ("boolean", "true", "false")}

    def is_a(self, kind: str) -> Clause:
        return self.kind.in_(self.kinds[kind])


def _on_column(condition: Condition, column: ColumnElement[Any], dialect: str) -> Clause:
    kind = column.type
    plain = not isinstance(kind, UtcTime | Boolean | Double | Integer)
    missing = column == "" if plain else column.is_(None)
    if not condition.value:
        return _on_nothing(condition.operator, missing)
    if plain:
        return and_(column != "", _on_text(condition, column, dialect))
    wanted: Any = condition.number
    if isinstance(kind, UtcTime | Boolean):
        wanted = condition.moment if isinstance(kind, UtcTime) else condition.flag
    if wanted is None:
        return column.is_not(None) if condition.operator is Operator.DIFFERENT else false()
    typed = literal(wanted, Double() if isinstance(kind, Integer) else kind)
    return _COMPARE[condition.operator](column, typed)


def _on_attribute(condition: Condition, held: _Attribute, dialect: str) -> Clause:
    present = and_(held.text.is_not(None), held.text != "")
    if not condition.value:
        return _on_nothing(condition.operator, or_(held.text.is_(None), held.text == ""))
    different = condition.operator is Operator.DIFFERENT
    compare = _COMPARE[condition.operator]
    if condition.column == GOES_COLUMN and condition.goes_class is not None:
        fits = compare(events.c.goes_class, literal(condition.goes_class, Double()))
        return and_(present, or_(events.c.goes_class.is_(None), fits)) if different else fits
    otherwise = true() if different else false()
    number, flag = condition.number, condition.flag
    return case(
        (~present, false()),
        (held.is_a("number"), otherwise if number is None else compare(held.number, _exact(number, dialect))),
        (held.is_a("flag"), otherwise if flag is None else compare(held.flag, str(flag).lower())),
        else_=_on_text(condition, held.text, dialect),
    )


def _exact(number: float, dialect: str) -> ColumnElement[Any]:
    # Postgres reads numbers in JSON as decimals of any size.
    return literal(Decimal(repr(number)), Numeric()) if dialect == "postgresql" else literal(number, Double())


def _on_nothing(operator: Operator, missing: Clause) -> Clause:
    if operator is Operator.EQUAL:
        return missing
    return ~missing if operator is Operator.DIFFERENT else false()


def _on_text(condition: Condition, text: ColumnElement[Any], dialect: str) -> Clause:
    if condition.operator is Operator.LIKE:
        return _like(text, escaped(condition.value, "_"), dialect)
    # Compared by code points, whatever the locale of the database.
    return _COMPARE[condition.operator](text.collate("C") if dialect == "postgresql" else text, condition.value)


def _like(text: ColumnElement[Any], pattern: str, dialect: str) -> Clause:
    # SQLite's `like` ignores the case of ASCII letters, and so does Postgres' `ilike` in this collation.
    if dialect == "postgresql":
        return text.collate("C").ilike(pattern, escape=ESCAPE)
    return text.like(pattern, escape=ESCAPE)
