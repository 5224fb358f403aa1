"""Replies of HEK, or of another Helioscribe; lists of such records; one record a line."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.runtime.catalogues.rows import Row, Rows

__all__ = ["rows_of_json"]


def rows_of_json(text: str) -> Rows:
    """Yield the records of a JSON text. Raises `InvalidInputError` if it is none, or holds no records."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text)
        return
    rows = document.get("result") if isinstance(document, dict) and "result" in document else document
    if isinstance(rows, dict):
        rows = [rows]
    if not isinstance(rows, list):
        raise InvalidInputError("JSON without events: expected HEK's reply, a list of records, or one record a line")
    for number, row in enumerate(rows, start=1):
        yield Row(where=f"record {number}", values=partial(_object, row))


def _lines(text: str) -> Rows:
    if not text.lstrip().partition("\n")[0].rstrip().endswith("}"):
        raise InvalidInputError("not JSON")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        yield Row(where=f"line {number}", values=partial(_read, line))


def _read(line: str) -> dict[str, Any]:
    try:
        return _object(json.loads(line))
    except (ValueError, RecursionError):
        raise InvalidInputError(f"not JSON: {line[:40]!r}") from None


def _object(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise InvalidInputError(f"expected an object, got {row!r:.40}")
    return row
