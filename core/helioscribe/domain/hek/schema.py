"""HEK's schema: every column with its type, its unit and the event classes that have it.

The table is ``schema.csv``. It follows HEK's VOEvent specification (lmsal.com/hek/VOEvent_Spec.html, which sunpy has in
machine-readable form in ``net/hek/data``). Columns of origin ``reply`` are not specified, but sent by HEK's servers.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES

__all__ = ["Column", "Kind", "columns", "columns_of", "json_schema"]


class Kind(StrEnum):
    """Type of a column, and its form in JSON."""

    NUMBER = "number"
    """A number, or null."""

    INTEGER = "integer"
    """A whole number, or null."""

    TEXT = "text"
    """Text, empty if unknown."""

    TIME = "time"
    """``YYYY-MM-DDTHH:MM:SS`` in UTC, or empty."""

    FLAG = "flag"
    """The text ``true`` or ``false``."""

    UNIT = "unit"
    """The unit of other columns; empty for numbers without a unit."""

    POLYGON = "polygon"
    """``POLYGON((x y,x y,...))``, or empty."""

    POINT = "point"
    """``POINT(x y)``, or empty."""

    REFERENCES = "references"
    """A list of links: objects with ``ref_name``, ``ref_type`` and ``ref_url``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of HEK's records."""

    name: str
    """Name in lower case, except for ``SOL_standard``."""

    kind: Kind
    """Type of its values."""

    unit: str
    """Name of the column that holds its unit; empty if it has no unit."""

    canonical: str
    """For a column of units: the unit that all its values must be convertible to, as clients require."""

    required: frozenset[str]
    """Event classes whose records must have it."""

    optional: frozenset[str]
    """Event classes whose records may have it."""

    origin: str
    """``spec``, or ``reply`` if only HEK's servers have it."""


@cache
def columns() -> Mapping[str, Column]:
    """Return all columns by name."""
    text = files("helioscribe.domain.hek").joinpath("schema.csv").read_text(encoding="utf-8")
    return {row["name"]: _column(row) for row in csv.DictReader(text.splitlines())}


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        name=row["name"],
        kind=Kind(row["kind"]),
        unit=row["unit"],
        canonical=row["canonical"],
        required=_classes(row["required"]),
        optional=_classes(row["optional"]),
        origin=row["origin"],
    )


def _classes(text: str) -> frozenset[str]:
    # "ALL-LP HY" means all classes but these.
    if not text.startswith("ALL"):
        return frozenset(text.split())
    return frozenset(EVENT_CLASSES) - frozenset(text.removeprefix("ALL").removeprefix("-").split())


@cache
def columns_of(event_type: str) -> tuple[Column, ...]:
    """Return the columns of an event class. Raises `InvalidInputError` for an unknown class."""
    if event_type not in EVENT_CLASSES:
        raise InvalidInputError(f"unknown event type {event_type!r:.20}; expected one of {', '.join(EVENT_CLASSES)}")
    return tuple(one for one in columns().values() if event_type in one.required | one.optional)


_JSON: Mapping[Kind, Mapping[str, Any]] = {
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.TEXT: {"type": "string"},
    Kind.TIME: {"type": "string", "pattern": r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?)?$"},
    Kind.FLAG: {"enum": ["true", "false"]},
    Kind.UNIT: {"type": "string"},
    Kind.POLYGON: {"type": "string", "pattern": r"^(POLYGON\(\(.*\)\))?$"},
    Kind.POINT: {"type": "string", "pattern": r"^(POINT\(.*\))?$"},
    Kind.REFERENCES: {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("ref_name", "ref_type", "ref_url")},
        },
    },
}


def json_schema(event_type: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the records of a class, as the HEK interface sends them.

    Every property has ``x-origin`` and, if it has a unit, ``x-unit-column`` or ``x-canonical-unit``. Columns of our
    own, whose names begin with ``hs_``, are not listed; a record may have any of them.
    """
    chosen = columns_of(event_type)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{event_type}: {EVENT_CLASSES[event_type]}",
        "type": "object",
        "required": [column.name for column in chosen],
        "x-required-of-submitters": [
            column.name for column in chosen if event_type in column.required and not column.name.startswith("kb_")
        ],
        "properties": {column.name: _property(column) for column in chosen},
        "patternProperties": {"^hs_": {}},
    }


def _property(column: Column) -> dict[str, Any]:
    notes = {"x-unit-column": column.unit, "x-canonical-unit": column.canonical}
    return {**_JSON[column.kind], "x-origin": column.origin} | {name: text for name, text in notes.items() if text}
