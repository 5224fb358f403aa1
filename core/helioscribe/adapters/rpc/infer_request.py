"""A ``ModelInferRequest`` whose raw contents stay where they came in; the library's message would copy them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from helioscribe.proto.inference import message

__all__ = ["InferRequest"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_SHIFT = 63


@dataclass(frozen=True, slots=True)
class InferRequest:
    """A request as it came."""

    message: Any
    """All of it but the raw contents."""

    raw: Sequence[bytes | memoryview] = ()
    """The raw contents, in their order."""

    @classmethod
    def read(cls, data: bytes | memoryview) -> Self:
        """Read a request. Raises `google.protobuf.message.DecodeError` for bytes that are none."""
        kind = message("ModelInferRequest")
        try:
            rest, raw = _parted(memoryview(data).toreadonly(), kind.RAW_INPUT_CONTENTS_FIELD_NUMBER)
        except IndexError:
            rest, raw = bytes(data), []  # it breaks off; the library says so
        return cls(kind.FromString(rest), raw)


def _parted(data: memoryview, number: int) -> tuple[bytes, list[memoryview]]:
    """Return a message without one of its fields of bytes, and the contents of this field."""
    kept, found, start = [], [], 0
    while start < len(data):
        key, begin = _varint(data, start)
        end = _end(data, key & 7, begin)
        if key == number << 3 | _BYTES:
            _, begin = _varint(data, begin)
            found.append(data[begin:end])
        else:
            kept.append(data[start:end])
        start = end
    return b"".join(kept), found


def _end(data: memoryview, kind: int, begin: int) -> int:
    """Return where a value of this wire type ends. Raises `IndexError` if it does not."""
    if kind == _VARINT:
        return _varint(data, begin)[1]
    size = {_FIXED64: 8, _FIXED32: 4}.get(kind)
    if kind == _BYTES:
        size, begin = _varint(data, begin)
    if size is None or size > len(data) - begin:
        raise IndexError
    return begin + size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where it ends. Raises `IndexError` if it does not."""
    value = shift = 0
    while shift <= _MOST_SHIFT:
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise IndexError
