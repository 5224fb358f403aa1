"""Writes graphs in PROV-JSON (The PROV-JSON Serialization, W3C Member Submission, 24 April 2013)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helioscribe.domain.identity import content_id
from helioscribe.domain.times import format_utc

__all__ = ["Graph", "Name"]

_PREFIXES = {"hs": "urn:helioscribe:id:", "hsv": "urn:helioscribe:term:", "sha256": "urn:sha256:"}
"""Namespaces of names; a document always knows ``prov`` and ``xsd``."""

_LONGEST = 4000


class Name(str):
    """The name of a record or of a term, used as a value."""

    __slots__ = ()


@dataclass(slots=True)
class Graph:
    """Entities, activities, agents and the relations between them.

    Names of attributes are those of keyword arguments: ``prov_type`` becomes ``prov:type``, ``hs_x`` becomes ``hsv:x``.
    """

    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Attributes of records, by kind and name."""

    def add(self, kind: str, name: str, **attributes: Any) -> str:
        """Add a record unless it is there already, and return its name. Empty attributes are left out."""
        known = {_qualified(key): _literal(value) for key, value in attributes.items() if value not in (None, "")}
        self.records.setdefault(kind, {}).setdefault(name, known)
        return name

    def relate(self, kind: str, **ends: Any) -> None:
        """Add a relation between records unless it is there already."""
        named = {key: value for key, value in ends.items() if value is not None}
        self.add(kind, f"_:{content_id('rel', of=kind, **{k: str(v) for k, v in named.items()})}", **named)

    def document(self) -> dict[str, Any]:
        """Return the document, made of JSON values only."""
        return {"prefix": _PREFIXES, **self.records}


def _qualified(key: str) -> str:
    space, _, name = key.partition("_")
    return f"{'hsv' if space == 'hs' else space}:{name}"


def _literal(value: Any) -> Any:
    if isinstance(value, Name):
        return {"$": str(value), "type": "prov:QUALIFIED_NAME"}
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return format_utc(value) + "Z"
    return str(value)[:_LONGEST]
