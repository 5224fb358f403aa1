"""Column types that mean the same in SQLite and in Postgres."""

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
    """Return a value as JSON; of the lists that records hold nearly all are empty."""
    return "[]" if value == [] else _encode(value)


def read_json(text: str | bytes | memoryview) -> Any:
    """Return what a database keeps as JSON. We wrote it: there are no blanks around it and no odd encodings."""
    return _decode(text if isinstance(text, str) else str(text, "utf-8"))[0]


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # As isoformat does, in a third of its time.
    return _MOMENT % (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


class _WrittenTime(DATETIME):
    """A moment as text of fixed width in UTC, written and read several times as fast as SQLAlchemy does it."""

    def bind_processor(self, dialect: Dialect) -> Any:
        """Moments to text."""
        del dialect
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """And back."""
        del dialect, coltype
        return lambda written: written and datetime.fromisoformat(written).replace(tzinfo=UTC)


class UtcTime(TypeDecorator[datetime]):
    """A moment, to the microsecond.

    Postgres keeps an instant; SQLite keeps text of fixed width in UTC, which sorts as the moments do.
    """

    impl = DateTime(timezone=True).with_variant(_WrittenTime(), "sqlite")  # type: ignore[no-untyped-call]
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what the driver is given; by the shortest way, since there are many."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        del dialect
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment in UTC, whatever the zone of the connection."""
        del dialect
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text for people; what a database cannot hold (NUL, lone surrogates of odd file names) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what replaces what cannot be stored."""
        del dialect
        return lambda text: None if text is None else held(text)


def storable(texts: Iterable[str | None]) -> bool:
    """Whether a database can hold these texts as they are, looked at all at once."""
    whole = "".join(text for text in texts if text)
    return whole.isascii() and "\0" not in whole


def held(text: str) -> str:
    """Return a text as `PlainText` holds it."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


class JsonText(TypeDecorator[Any]):
    """A JSON column cast to text, to be read here: drivers take several times as long."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return what the text holds; nearly all lists are empty."""
        del dialect
        return [] if value == "[]" else None if value is None else read_json(value)


class Vector(TypeDecorator[NDArray[np.float32]]):
    """Single-precision numbers: bytes in SQLite, an array in Postgres, where pgvector can compare it."""

    impl = LargeBinary().with_variant(ARRAY(REAL), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Numbers to what the database keeps."""
        if value is None:
            return None
        return value.tolist() if dialect.name == "postgresql" else np.asarray(value, "<f4").tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> NDArray[np.float32] | None:
        """And back."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return np.asarray(value, np.float32)
        return np.frombuffer(value, "<f4").astype(np.float32, copy=False)
