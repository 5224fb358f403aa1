"""Protobuf messages at random, made from their descriptors."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

__all__ = ["messages", "spoilt"]

_INT64 = st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 3)
# What breaks parsers, databases and paths, beside ordinary text.
_TEXT = (
    st.sampled_from(
        ["", "\x00", "a\x00b", "../../etc/passwd", "'; --", "%s{0}", "\u202e", "🌞" * 30, "FL", "ingest", "queued"]
    )
    | st.sampled_from(
        ["NaN", "[1, null]", '{"a": [{}]}', "[" * 5000, "1" * 5000, "closed", "champion", "processed", "detect"]
    )
    | st.text(st.characters(codec="utf-8"), max_size=12)
)
_PLAIN: dict[int, Any] = {
    FieldDescriptor.TYPE_STRING: _TEXT,
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=200),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats() | st.floats(0, 1),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32) | st.floats(0, 1, width=32),
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1) | st.integers(0, 10**9),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1) | st.integers(0, 3),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1) | st.integers(0, 3),
    FieldDescriptor.TYPE_ENUM: st.integers(0, 12),
}


def messages(kind: Descriptor, depth: int = 5) -> st.SearchStrategy[Any]:
    """Return messages of a kind: any field may be missing, and hold anything that its type allows."""
    return st.composite(_message)(kind, depth)


def _message(draw: Any, kind: Descriptor, depth: int) -> Any:
    message = GetMessageClass(kind)()
    for field in kind.fields:
        # Mostly filled: an empty message is refused at its first field, and shows no more.
        if draw(st.integers(0, 9)) == 0 or (field.message_type and not depth):
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            _fill_map(draw, getattr(message, field.name), field, depth)
        elif field.is_repeated:
            for _ in range(draw(st.integers(0, 2))):
                value = draw(_value(field, depth))
                target = getattr(message, field.name)
                target.add().CopyFrom(value) if field.message_type else target.append(value)
        elif field.message_type:
            getattr(message, field.name).CopyFrom(draw(_value(field, depth)))
        else:
            setattr(message, field.name, draw(_value(field, depth)))
    return message


def _fill_map(draw: Any, target: Any, field: FieldDescriptor, depth: int) -> None:
    value = field.message_type.fields_by_name["value"]
    for key in draw(st.lists(_TEXT, max_size=2)):
        item = draw(_value(value, depth))
        if value.message_type:
            target[key].CopyFrom(item)
        else:
            target[key] = item


def _value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type:
        return messages(field.message_type, depth - 1)
    strategy: st.SearchStrategy[Any] = _PLAIN[field.type]
    return strategy


def spoilt(message: Any) -> st.SearchStrategy[Any]:
    """Return copies of a good message of which one field, at any depth, is missing or holds something else."""
    return st.composite(_spoilt)(message)


def _spoilt(draw: Any, message: Any) -> Any:
    copy = type(message)()
    copy.CopyFrom(message)
    place = copy
    while True:
        field = draw(st.sampled_from(list(place.DESCRIPTOR.fields)))
        inner = _inner(place, field)
        if not inner or draw(st.integers(0, 2)) == 0:
            break
        place = draw(st.sampled_from(inner))
    random = draw(messages(place.DESCRIPTOR, 3))
    for other in place.DESCRIPTOR.fields:
        if other.name != field.name:
            random.ClearField(other.name)
    place.ClearField(field.name)
    place.MergeFrom(random)
    return copy


def _inner(place: Any, field: FieldDescriptor) -> list[Any]:
    if not field.message_type or field.message_type.GetOptions().map_entry or not field.message_type.fields:
        return []
    if field.is_repeated:
        return list(getattr(place, field.name))
    return [getattr(place, field.name)] if place.HasField(field.name) else []
