"""Nouns out of the values of their fields, made quickly: there are many of them in databases and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

__all__ = ["maker"]

N = TypeVar("N")


def maker(kind: type[N], names: Sequence[str] = (), *, check: bool = False) -> Callable[[Iterable[Any]], N]:
    """Return what makes nouns of a frozen slotted kind from the values of their fields.

    It takes a third of the time of a call of `kind`, most of which goes into getting past its being frozen.

    Parameters
    ----------
    kind
        What to make.
    names
        All its fields, in the order of the values; that of the class if empty.
    check
        Whether to look at the values as `kind` does, and raise what it raises.
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
