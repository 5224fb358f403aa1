"""Parameters, measurements and other JSON values on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.proto.v1 import nouns_pb2

__all__ = [
    "from_attributes",
    "from_scalars",
    "from_value",
    "from_values",
    "put_attributes",
    "put_value",
    "put_values",
    "to_text",
    "to_value",
]

_SCALARS = (str, int, float, bool)


def to_value(value: Any) -> nouns_pb2.Value:
    """Return a scalar as it is, and anything else as JSON. Raises `InvalidInputError` for what JSON cannot hold."""
    return put_value(nouns_pb2.Value(), value)


def put_value(message: nouns_pb2.Value, value: Any) -> nouns_pb2.Value:
    """Do as `to_value`, in a message that is there already."""
    match value:
        case bool():
            message.flag = value
        case int() if -(2**63) <= value < 2**63:
            message.integer = value
        case float():
            message.number = value
        case str() if value.isascii() or to_text(value) == value:
            message.text = value
        case _:
            message.json = _json(value)
    return message


def to_text(text: str) -> str:
    """Return text that a message can carry: what is no Unicode, as in some file names, is escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


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
                return json.loads(value.json, parse_constant=_no_number)
            except (ValueError, RecursionError) as error:
                raise InvalidInputError.wrap(error, doing="value") from None
        case None:
            raise InvalidInputError("a value is empty; expected text, integer, number, flag or json")
        case kind:
            return getattr(value, kind)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def from_values(values: Mapping[str, nouns_pb2.Value]) -> dict[str, Any]:
    """Return a mapping of values."""
    return {name: from_value(value) for name, value in values.items()}


def from_scalars(values: Mapping[str, nouns_pb2.Value]) -> dict[str, str | int | float | bool]:
    """Return a mapping of parameters. Raises `InvalidInputError` if one of them is a list, an object or nothing."""
    found = from_values(values)
    for name, value in found.items():
        if not isinstance(value, _SCALARS):
            raise InvalidInputError(f"{name[:80]}: expected a number, flag or text, got {value!r:.40}")
    return found


def put_attributes(message: nouns_pb2.Attributes, values: Mapping[str, str | int | float | bool]) -> None:
    """Fill the attributes of a record."""
    held: dict[type, Any] = {str: message.texts, float: message.numbers, int: message.integers, bool: message.flags}
    for name, value in values.items():
        try:
            held[type(value)][name] = value
        except (KeyError, ValueError):
            _put_odd(message, to_text(name), value)


def _put_odd(message: nouns_pb2.Attributes, name: str, value: object) -> None:
    """Put what is no Unicode, beyond 64 bits or of a more special kind, such as a number of numpy."""
    match value:
        case str():
            message.texts[name] = to_text(value)
        case bool():
            message.flags[name] = value
        case float():
            message.numbers[name] = value
        case int() if -(2**63) <= value < 2**63:
            message.integers[name] = value
        case int():
            message.large[name] = str(value)
        case _:
            raise InvalidInputError(f"{name:.80}: expected a number, flag or text, got {value!r:.40}")


def from_attributes(message: nouns_pb2.Attributes) -> dict[str, str | int | float | bool]:
    """Return the attributes of a record. Raises `InvalidInputError` for a large number that is none."""
    found: dict[str, Any] = {}
    for _, held in message.ListFields():
        found.update(held)
    for name, digits in message.large.items():
        try:
            found[name] = int(digits)
        except ValueError as error:
            raise InvalidInputError.wrap(error, doing=name[:80]) from None
    return found


def put_values(target: Any, values: Mapping[str, Any]) -> None:
    """Fill a map field of values."""
    for name, value in values.items():
        put_value(target[to_text(name)], value)
