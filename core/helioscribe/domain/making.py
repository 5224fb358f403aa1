"""Fast construction of frozen dataclasses, for reading many of them from databases and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

__all__ = ["maker"]

N = TypeVar("N")


def maker(kind: type[N], names: Sequence[str] = (), *, check: bool = False) -> Callable[[Iterable[Any]], N]:
    """Return a function that makes instances of a frozen, slotted dataclass from the values of their fields.

    It takes a third of the time of a call of the class, since it sets the slots directly.

    Parameters
    ----------
    kind
        The dataclass.
    names
        Names of all fields in the order of the values; if empty, in the order of the class.
    check
        Whether to run the checks of ``__post_init__``, and raise its errors.
    """
    of: Any = kind
    slots = [getattr(kind, name).__set__ for name in names or [field.name for field in fields(of)]]
    new, look = object.__new__, getattr(kind, "__post_init__", None) if check else None

    def make(values: Iterable[Any]) -> N:
        noun = new(kind)
        for put, value in zip(slots, values, strict=True):
            put(noun, value)
        if look is not None:
            look(noun)
        return noun

    return make
