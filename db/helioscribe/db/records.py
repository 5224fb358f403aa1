"""Converts dataclasses of the domain to JSON values and back, by their type hints."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from helioscribe.domain.errors import InvalidInputError

__all__ = ["from_record", "to_record"]

T = TypeVar("T")


def to_record(value: Any) -> Any:
    """Return a value for JSON: dataclasses as objects, times as text in UTC, tuples as arrays.

    Raises
    ------
    InvalidInputError
        If JSON has no such value, such as NaN.
    """
    if is_dataclass(value):
        return {field.name: to_record(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_record(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_record(item) for item in value]
    if value is None or isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise InvalidInputError(f"a record cannot hold the value {value!r:.80}")


def from_record(kind: type[T], record: Mapping[str, Any]) -> T:
    """Make a dataclass from its record. Fields that an older record lacks get their defaults."""
    hints = _hints(kind)  # type: ignore[arg-type]  # classes are hashable
    return kind(**{name: _read(hints[name], value) for name, value in record.items() if name in hints})


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if value is None or hint is Any:
        return value
    if origin in (Union, types.UnionType):
        arms = [arm for arm in arguments if arm is not type(None)]
        return _read(arms[0], value) if len(arms) == 1 else value
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(arguments[1], item) for key, item in value.items()}
    return _read_plain(hint, value)


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    if is_dataclass(hint):
        return from_record(hint, value)  # type: ignore[arg-type]  # is_dataclass holds for instances too
    return hint(value) if issubclass(hint, Enum) else value
