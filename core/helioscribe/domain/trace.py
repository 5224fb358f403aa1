"""W3C trace context: which question a piece of work belongs to, in whatever process it is done.

The format is that of https://www.w3.org/TR/trace-context/. Only ids are kept here; who times and collects spans is the
operator's choice (`helioscribe.runtime.tracing`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from random import getrandbits
from typing import Self

__all__ = ["HEADER", "TraceContext", "current", "following", "header"]

HEADER = "traceparent"
"""Name of the field that carries it."""

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A place in a trace."""

    trace_id: str
    """32 hexadecimal digits: the whole of what one question set off."""

    span_id: str
    """16 hexadecimal digits: the step that is being done."""

    sampled: bool = True
    """Whether its spans are to be recorded."""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what a header says; None if it is no header, as the standard asks."""
        found = _FORM.fullmatch(text[:512])
        if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
            return None
        if set(found[2]) == {"0"} or set(found[3]) == {"0"}:
            return None
        return cls(found[2], found[3], bool(int(found[4], 16) & 1))

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"

    def child(self) -> TraceContext:
        """Return a further step of the same trace."""
        return TraceContext(self.trace_id, f"{getrandbits(64):016x}", self.sampled)

    @classmethod
    def new(cls) -> Self:
        """Return the beginning of a trace."""
        return cls(f"{getrandbits(128):032x}", f"{getrandbits(64):016x}")


def current() -> TraceContext | None:
    """Return where this thread is in a trace; None outside of any."""
    return _current.get()


def header() -> str:
    """Return the present place as a header; empty outside of any trace."""
    return str(_current.get() or "")


@contextmanager
def following(place: TraceContext | None) -> Iterator[None]:
    """Be at a place of a trace for the length of a block."""
    before = _current.get()
    _current.set(place)
    try:
        yield
    finally:
        _current.set(before)
