"""W3C trace context: identifies the request that a piece of work belongs to, across processes.

The format is that of https://www.w3.org/TR/trace-context/. Only the ids are kept here; spans are timed and
collected by `helioscribe.runtime.tracing`, if the operator wants it.
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
"""Name of the header that carries the trace context."""

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The ids of a trace and of a step in it."""

    trace_id: str
    """Id of the trace, that is of all work for one request: 32 hexadecimal digits."""

    span_id: str
    """Id of the present step: 16 hexadecimal digits."""

    sampled: bool = True
    """Whether the trace is to be recorded."""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a header; return None if it is malformed, as the standard asks."""
        found = _FORM.fullmatch(text[:512])
        if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
            return None
        if set(found[2]) == {"0"} or set(found[3]) == {"0"}:
            return None
        return cls(found[2], found[3], bool(int(found[4], 16) & 1))

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"

    def child(self) -> TraceContext:
        """Return a new step of the same trace."""
        return TraceContext(self.trace_id, f"{getrandbits(64):016x}", self.sampled)

    @classmethod
    def new(cls) -> Self:
        """Return the first step of a new trace."""
        return cls(f"{getrandbits(128):032x}", f"{getrandbits(64):016x}")


def current() -> TraceContext | None:
    """Return the trace context of this thread; None if it has none."""
    return _current.get()


def header() -> str:
    """Return the trace context of this thread as a header; empty if it has none."""
    return str(_current.get() or "")


@contextmanager
def following(place: TraceContext | None) -> Iterator[None]:
    """Set the trace context of this thread within a ``with`` block."""
    before = _current.get()
    _current.set(place)
    try:
        yield
    finally:
        _current.set(before)
