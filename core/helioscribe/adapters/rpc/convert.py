"""Nouns to messages and back. Fields of both have the same names, so that one function converts them all."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from helioscribe.adapters.rpc.values import from_attributes, from_value, put_attributes, put_value, to_text, to_value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.making import maker
from helioscribe.proto.v1 import nouns_pb2

__all__ = ["from_time", "to_message", "to_noun", "to_time"]

N = TypeVar("N")
M = TypeVar("M", bound=Message)

Writer = Callable[[Any, str, Any], object]
Reader = Callable[[Any, str], Any]

_SAME = (str, float, bool, int)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_message(noun: Any, message: M) -> M:
    """Fill a message from a noun; fields that the message does not have stay behind."""
    of: Any = type(noun)
    texts, writers = _writers(of, message.DESCRIPTOR)
    for name in texts:
        text = getattr(noun, name)
        setattr(message, name, text if text.isascii() else to_text(text))
    for name, write in writers:
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
    plain, readers, make = _readers(kind, message.DESCRIPTOR)  # type: ignore[arg-type]  # classes are hashable
    try:
        noun: N = make((*plain(message), *[read(message, name) for name, read in readers]))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"message {message.DESCRIPTOR.name}") from None
    return noun


def to_time(moment: datetime) -> Timestamp:
    """Return a moment as a message, exact to the microsecond."""
    return _put_time(Timestamp(), moment)


def _put_time(stamp: Timestamp, moment: datetime) -> Timestamp:
    since = moment - _EPOCH
    stamp.seconds, stamp.nanos = since.days * 86_400 + since.seconds, since.microseconds * 1000
    return stamp


def from_time(stamp: Timestamp) -> datetime:
    """Return the moment of a message, cut to microseconds. Raises `InvalidInputError` outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(0, stamp.seconds, stamp.nanos // 1000)
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
def _writers(kind: Any, descriptor: Any) -> tuple[list[str], list[tuple[str, Writer]]]:
    """Return the texts of a noun, and how its other fields are put into a message; thought out once for each pair."""
    known, hints = descriptor.fields_by_name, _hints(kind)
    texts = [name for name, hint in hints.items() if name in known and _is_text(known[name], hint)]
    return texts, [(name, _writer(known[name])) for name in hints if name in known and name not in texts]


def _is_text(field: Any, hint: Any) -> bool:
    return field.cpp_type == field.CPPTYPE_STRING and isinstance(hint, type) and issubclass(hint, str)


def _writer(field: Any) -> Writer:
    kind = field.message_type
    if _is_map(field) or kind is nouns_pb2.Attributes.DESCRIPTOR:
        return _mapping_writer(field)
    if _is_repeated(field):
        return lambda message, name, value: _put_all(message, name, value, kind) if value else None
    if kind is Timestamp.DESCRIPTOR:
        return lambda message, name, value: _put_time(getattr(message, name), value)
    if kind is not None:
        return lambda message, name, value: getattr(message, name).CopyFrom(_plain(value, kind))
    if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_BOOL, field.CPPTYPE_INT64):
        return setattr
    return lambda message, name, value: setattr(message, name, _plain(value, None))


def _mapping_writer(field: Any) -> Writer:
    if not _is_map(field):
        return lambda message, name, value: put_attributes(getattr(message, name), value)
    inner = field.message_type.fields_by_name["value"].message_type
    return lambda message, name, value: _put_map(getattr(message, name), value, inner)


def _put_all(message: Any, name: str, values: Any, kind: Any) -> None:
    getattr(message, name).extend(_plain(value, kind) for value in values)


def _is_repeated(field: Any) -> bool:
    repeated: bool = field.is_repeated
    return repeated


def _put_map(target: Any, value: Any, kind: Any) -> None:
    for key, item in value.items():
        if kind is None:
            target[to_text(key)] = _plain(item, None)
        elif kind is nouns_pb2.Value.DESCRIPTOR:
            put_value(target[to_text(key)], item)
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
def _readers(kind: Any, descriptor: Any) -> tuple[Callable[[Any], tuple[Any, ...]], list[tuple[str, Reader]], Any]:
    """Return what takes the fields that a message holds as the noun does, what takes the others, and makes the noun."""
    known, hints = descriptor.fields_by_name, _hints(kind)
    readers = {name: _reader(known[name], hint) for name, hint in hints.items() if name in known}
    readers |= {field.name: _default(field) for field in fields(kind) if field.name not in known}
    plain = [name for name, read in readers.items() if read is getattr]
    others = [(name, read) for name, read in readers.items() if read is not getattr]
    return _taking(plain), others, maker(kind, [*plain, *(name for name, _ in others)], check=True)


def _taking(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda message: tuple(getattr(message, name) for name in names)


def _default(field: Any) -> Reader:
    """Return what gives a field that messages do not have its usual value."""
    return lambda _message, _name: field.default if field.default_factory is MISSING else field.default_factory()


def _reader(field: Any, hint: Any) -> Reader:
    arms = get_args(hint)
    if _is_map(field) or field.message_type is nouns_pb2.Attributes.DESCRIPTOR:
        return _mapping_reader(field, arms)
    if get_origin(hint) is tuple:
        if arms[0] in _SAME:
            return lambda message, name: tuple(getattr(message, name))
        item = _maker(arms[0])
        return lambda message, name: tuple(map(item, getattr(message, name)))
    if get_origin(hint) in (Union, types.UnionType) and type(None) in arms:
        return _optional_reader(next(arm for arm in arms if arm is not type(None)))
    return _needed_reader(field, hint)


def _mapping_reader(field: Any, arms: Sequence[Any]) -> Reader:
    if not _is_map(field):
        return lambda message, name: from_attributes(getattr(message, name))
    inner = _maker(arms[1])
    return lambda message, name: {key: inner(value) for key, value in getattr(message, name).items()}


def _optional_reader(hint: Any) -> Reader:
    if hint in _SAME:
        return lambda message, name: getattr(message, name) if message.HasField(name) else None
    make = _maker(hint)
    return lambda message, name: make(getattr(message, name)) if message.HasField(name) else None


def _needed_reader(field: Any, hint: Any) -> Reader:
    if not field.has_presence and hint in _SAME:
        return getattr
    make = _maker(hint)
    if not field.has_presence:
        return lambda message, name: make(getattr(message, name))
    return lambda message, name: make(getattr(message, name)) if message.HasField(name) else _missing(name)


def _missing(name: str) -> Any:
    raise ValueError(f"{name} is missing")


def _maker(hint: Any) -> Callable[[Any], Any]:
    """Return what makes a value of a noun from that of a message."""
    if hint is datetime:
        return from_time
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: to_noun(value, hint)
    kinds = get_args(hint) or object
    return lambda value: _scalar_of(value, kinds) if isinstance(value, nouns_pb2.Value) else value


def _scalar_of(value: nouns_pb2.Value, kinds: Any) -> Any:
    found = from_value(value)
    if not isinstance(found, kinds):
        raise ValueError(f"expected a number, flag or text, got {found!r:.40}")  # noqa: TRY004
    return found
