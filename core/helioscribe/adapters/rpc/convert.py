"""Nouns to messages and back. Fields of both have the same names, so that one function converts them all."""

from __future__ import annotations

import types
from collections.abc import Callable
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

Writer = Callable[[Any, str, Any], None]
Reader = Callable[[Any, str], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_message(noun: Any, message: M) -> M:
    """Fill a message from a noun; fields that the message does not have stay behind."""
    of: Any = type(noun)
    for name, write in _writers(of, message.DESCRIPTOR):
        value = getattr(noun, name)
        if value is not None:
            write(message, name, value)
    return message


def to_noun(message: Message, kind: type[N]) -> N:
    """Make a noun of a message.

    Raises
    ------
    InvalidInputError
        If the message does not make one.
    """
    of: Any = kind
    try:
        return kind(**{name: read(message, name) for name, read in _readers(of, message.DESCRIPTOR)})
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"message {message.DESCRIPTOR.name}") from None


def to_time(moment: datetime) -> Timestamp:
    """Return a moment as a message, exact to the microsecond."""
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def from_time(stamp: Timestamp) -> datetime:
    """Return the moment of a message, cut to microseconds. Raises `InvalidInputError` outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)
    except OverflowError:
        raise InvalidInputError(f"{stamp.seconds} s from 1970 lie outside the years 1 to 9999") from None


def _hints(kind: Any) -> dict[str, Any]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no noun")
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _is_map(field: Any) -> bool:
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


@cache
def _writers(kind: Any, descriptor: Any) -> list[tuple[str, Writer]]:
    """Return how each field of a noun is put into a message; thought out once for each pair of them."""
    known = descriptor.fields_by_name
    return [(name, _writer(known[name])) for name in _hints(kind) if name in known]


def _writer(field: Any) -> Writer:
    if _is_map(field):
        kind = field.message_type.fields_by_name["value"].message_type
        return lambda message, name, value: _put_map(getattr(message, name), value, kind)
    kind = field.message_type
    if _is_repeated(field):
        return lambda message, name, value: getattr(message, name).extend(_plain(item, kind) for item in value)
    if kind is not None:
        return lambda message, name, value: getattr(message, name).CopyFrom(_plain(value, kind))
    if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_BOOL, field.CPPTYPE_INT64):
        return setattr
    return lambda message, name, value: setattr(message, name, _plain(value, None))


def _is_repeated(field: Any) -> bool:
    repeated: bool = field.is_repeated
    return repeated


def _put_map(target: Any, value: Any, kind: Any) -> None:
    for key, item in value.items():
        if kind is None:
            target[to_text(key)] = _plain(item, None)
        else:
            target[to_text(key)].CopyFrom(_plain(item, kind))


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


@cache
def _readers(kind: Any, descriptor: Any) -> list[tuple[str, Reader]]:
    """Return how each field of a noun is taken from a message; thought out once for each pair of them."""
    known = descriptor.fields_by_name
    return [(name, _reader(known[name], hint)) for name, hint in _hints(kind).items() if name in known]


def _reader(field: Any, hint: Any) -> Reader:
    arms = get_args(hint)
    if _is_map(field):
        return lambda message, name: {key: _noun_of(value, arms[1]) for key, value in getattr(message, name).items()}
    if get_origin(hint) is tuple:
        return lambda message, name: tuple(_noun_of(item, arms[0]) for item in getattr(message, name))
    optional = get_origin(hint) in (Union, types.UnionType) and type(None) in arms
    inner = next(arm for arm in arms if arm is not type(None)) if optional else hint
    if field.has_presence:
        return lambda message, name: _present(message, name, inner, optional=optional)
    if inner in (str, float, bool, int):
        return getattr
    return lambda message, name: _noun_of(getattr(message, name), inner)


def _present(message: Any, name: str, hint: Any, *, optional: bool) -> Any:
    if message.HasField(name):
        return _noun_of(getattr(message, name), hint)
    if not optional:
        raise ValueError(f"{name} is missing")
    return None


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
