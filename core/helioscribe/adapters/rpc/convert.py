"""Nouns to messages and back. Fields of both have the same names, so that one function converts them all."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from helioscribe.domain.errors import InvalidInputError
from helioscribe.proto.v1 import nouns_pb2

__all__ = ["from_value", "from_values", "put_values", "to_message", "to_noun", "to_text", "to_value"]

N = TypeVar("N")
M = TypeVar("M", bound=Message)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCALARS = (str, int, float, bool)


def to_message(noun: Any, message: M) -> M:
    """Fill a message from a noun; fields that the message does not have stay behind."""
    for name in _hints(type(noun)):
        if name in message.DESCRIPTOR.fields_by_name:
            _put(message, name, getattr(noun, name))
    return message


def to_noun(message: Message, kind: type[N]) -> N:
    """Make a noun of a message.

    Raises
    ------
    InvalidInputError
        If the message does not make one.
    """
    known = message.DESCRIPTOR.fields_by_name
    try:
        return kind(**{name: _take(message, name, hint) for name, hint in _hints(kind).items() if name in known})
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"message {message.DESCRIPTOR.name}") from None


def to_value(value: Any) -> nouns_pb2.Value:
    """Return a scalar as it is, and anything else as JSON."""
    match value:
        case bool():
            return nouns_pb2.Value(flag=value)
        case int() if -(2**63) <= value < 2**63:
            return nouns_pb2.Value(integer=value)
        case float():
            return nouns_pb2.Value(number=value)
        case str() if value.isascii() or to_text(value) == value:
            return nouns_pb2.Value(text=value)
        case _:
            return nouns_pb2.Value(json=_json(value))


def to_text(text: str) -> str:
    """Return text that a message can carry: what is no Unicode, as in some file names, is escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="expected JSON values") from None


def from_value(value: nouns_pb2.Value) -> Any:
    """Return what `to_value` was given. Raises `InvalidInputError` for an empty value or broken JSON."""
    match value.WhichOneof("kind"):
        case "json":
            try:
                return json.loads(value.json)
            except (ValueError, RecursionError) as error:
                raise InvalidInputError.wrap(error, doing="value") from None
        case None:
            raise InvalidInputError("a value is empty; expected text, integer, number, flag or json")
        case kind:
            return getattr(value, kind)


def from_values(values: Mapping[str, nouns_pb2.Value]) -> dict[str, Any]:
    """Return a mapping of values."""
    return {name: from_value(value) for name, value in values.items()}


def put_values(target: Any, values: Mapping[str, Any]) -> None:
    """Fill a map field of values."""
    for name, value in values.items():
        target[to_text(name)].CopyFrom(to_value(value))


def _hints(kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = _hints_of(kind)
    return found


@cache
def _hints_of(kind: Any) -> dict[str, Any]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no noun")
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if get_origin(hints[field.name]) is not ClassVar}


def _put(message: Any, name: str, value: Any) -> None:
    if value is None:
        return
    field, target = message.DESCRIPTOR.fields_by_name[name], getattr(message, name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        for key, item in value.items():
            _put_item(target, key, item)
    elif isinstance(value, tuple):
        target.extend(_plain(item, field.message_type) for item in value)
    elif field.message_type is not None:
        target.CopyFrom(_plain(value, field.message_type))
    else:
        setattr(message, name, _plain(value, None))


def _put_item(target: Any, key: str, item: Any) -> None:
    if is_dataclass(item):
        to_message(item, target[key])
    elif hasattr(target, "GetEntryClass") and target.GetEntryClass().DESCRIPTOR.fields_by_name["value"].message_type:
        target[key].CopyFrom(to_value(item))
    else:
        target[key] = item


def _plain(value: Any, kind: Any) -> Any:
    if isinstance(value, datetime):
        micros = (value - _EPOCH) // timedelta(microseconds=1)
        return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1000)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return to_message(value, getattr(nouns_pb2, type(value).__name__)())
    if kind is not None:
        return to_value(value)
    return to_text(value) if isinstance(value, str) else value


def _take(message: Any, name: str, hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        if not message.HasField(name):
            return None
        hint = next(arm for arm in get_args(hint) if arm is not type(None))
    return _noun_of(getattr(message, name), hint)


def _noun_of(value: Any, hint: Any) -> Any:  # noqa: PLR0911  # one line a kind of field
    origin, arms = get_origin(hint), get_args(hint)
    if origin is tuple:
        return tuple(_noun_of(item, arms[0]) for item in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _noun_of(value[key], arms[1]) for key in value}
    if isinstance(value, nouns_pb2.Value):
        return from_value(value)
    if hint is datetime:
        return _EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return to_noun(value, hint)
    return value
