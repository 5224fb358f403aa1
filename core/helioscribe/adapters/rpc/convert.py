"""Nouns to messages and back. Fields of both have the same names, so that one function converts them all."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from helioscribe.adapters.rpc.values import from_value, to_text, to_value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.proto.v1 import nouns_pb2

__all__ = ["from_time", "to_message", "to_noun", "to_time"]

N = TypeVar("N")
M = TypeVar("M", bound=Message)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        return kind(**{name: _take(message, known[name], hint) for name, hint in _hints(kind).items() if name in known})
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"message {message.DESCRIPTOR.name}") from None


def to_time(moment: datetime) -> Timestamp:
    """Return a moment as a message, exact to the microsecond."""
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1000)


def from_time(stamp: Timestamp) -> datetime:
    """Return the moment of a message, cut to microseconds. Raises `InvalidInputError` outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)
    except OverflowError:
        raise InvalidInputError(f"{stamp.seconds} s from 1970 lie outside the years 1 to 9999") from None


@cache
def _hints_of(kind: Any) -> dict[str, Any]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no noun")
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _hints(kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = _hints_of(kind)
    return found


def _is_map(field: Any) -> bool:
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


def _put(message: Any, name: str, value: Any) -> None:
    if value is None:
        return
    field, target = message.DESCRIPTOR.fields_by_name[name], getattr(message, name)
    if _is_map(field):
        kind = field.message_type.fields_by_name["value"].message_type
        for key, item in value.items():
            if kind is None:
                target[to_text(key)] = _plain(item, None)
            else:
                target[to_text(key)].CopyFrom(_plain(item, kind))
    elif isinstance(value, tuple):
        target.extend(_plain(item, field.message_type) for item in value)
    elif field.message_type is not None:
        target.CopyFrom(_plain(value, field.message_type))
    else:
        setattr(message, name, _plain(value, None))


def _plain(value: Any, kind: Any) -> Any:
    if kind is nouns_pb2.Value.DESCRIPTOR:
        return to_value(value)
    if isinstance(value, datetime):
        return to_time(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return to_message(value, getattr(nouns_pb2, type(value).__name__)())
    return to_text(value) if isinstance(value, str) else value


def _take(message: Any, field: Any, hint: Any) -> Any:
    value = getattr(message, field.name)
    if _is_map(field):
        kind = get_args(hint)[1]
        return {key: _noun_of(value[key], kind) for key in value}
    if get_origin(hint) is tuple:
        return tuple(_noun_of(item, get_args(hint)[0]) for item in value)
    optional = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
    if field.has_presence and not message.HasField(field.name):
        if not optional:
            raise ValueError(f"{field.name} is missing")
        return None
    return _noun_of(value, next(arm for arm in get_args(hint) if arm is not type(None)) if optional else hint)


def _noun_of(value: Any, hint: Any) -> Any:
    if isinstance(value, nouns_pb2.Value):
        return _scalar_of(value, hint)
    if hint is datetime:
        return from_time(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return to_noun(value, hint)
    return value


def _scalar_of(value: nouns_pb2.Value, hint: Any) -> Any:
    found = from_value(value)
    if hint is not Any and not isinstance(found, get_args(hint)):
        raise ValueError(f"expected a number, flag or text, got {found!r:.40}")
    return found
