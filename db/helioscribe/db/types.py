"""Column types that work alike in SQLite and Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import REAL, DateTime, Dialect, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.types import TypeDecorator

__all__ = ["JsonText", "PlainText", "UtcTime", "Vector", "held", "read_json", "storable", "write_json"]

_MOMENT = "%04d-%02d-%02d %02d:%02d:%02d.%06d"
_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(allow_nan=False).encode


def write_json(value: Any) -> str:
    """Return a value as JSON text. Nearly all lists in records are empty, so these have a short cut."""
    return "[]" if value == [] else _encode(value)


def read_json(text: str | bytes | memoryview) -> Any:
    """Return the value of JSON text from the database. It was written here, so it has no blanks around it."""
    return _decode(text if isinstance(text, str) else str(text, "utf-8"))[0]


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # As isoformat does, in a third of its time.
    return _MOMENT % (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


class _WrittenTime(DATETIME):
    """A time as text of fixed width in UTC, converted several times faster than by SQLAlchemy."""

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return the function that converts times to text."""
        del dialect
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that converts text to times."""
        del dialect, coltype
        return lambda written: written and datetime.fromisoformat(written).replace(tzinfo=UTC)


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond.

    Postgres keeps an instant; SQLite keeps text of fixed width in UTC, which sorts as the moments do.
    """

    impl = DateTime(timezone=True).with_variant(_WrittenTime(), "sqlite")  # type: ignore[no-untyped-call]
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return the function that converts times for the driver; a fast one for SQLite."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        del dialect
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC, whatever the time zone of the connection."""
        del dialect
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text for people. Characters that a database cannot store (NUL, lone surrogates) become U+FFFD."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return the function that replaces characters that cannot be stored."""
        del dialect
        return lambda text: None if text is None else held(text)


def storable(texts: Iterable[str | None]) -> bool:
    """Whether a database can store all of these texts unchanged; checked at once, which is fast."""
    whole = "".join(text for text in texts if text)
    return whole.isascii() and "\0" not in whole


def held(text: str) -> str:
    """Return a text as `PlainText` stores it."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


class JsonText(TypeDecorator[Any]):
    """A JSON column cast to text and parsed here, which is several times faster than in the drivers."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value of the JSON text."""
        del dialect
        return [] if value == "[]" else None if value is None else read_json(value)


class Vector(TypeDecorator[NDArray[np.float32]]):
    """Single-precision numbers, as bytes in SQLite and as an array in Postgres, which pgvector can compare."""

    impl = LargeBinary().with_variant(ARRAY(REAL), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Convert numbers for the database."""
        if value is None:
            return None
        return value.tolist() if dialect.name == "postgresql" else np.asarray(value, "<f4").tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> NDArray[np.float32] | None:
        """Convert numbers from the database."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return np.asarray(value, np.float32)
        return np.frombuffer(value, "<f4").astype(np.float32, copy=False)
