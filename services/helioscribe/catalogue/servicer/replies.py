"""What answers and requests have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.domain.times import TimeRange

__all__ = ["given", "pages", "span"]

_PAGE = 200


def pages(items: Iterable[Any], answer: Any, field: str, *, size: int = _PAGE) -> Iterator[Any]:
    """Yield messages of the kind `answer`, whose repeated `field` holds the items one page after the other."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        message = answer()
        repeated = getattr(message, field)
        for item in page:
            to_message(item, repeated.add())
        yield message


def span(request: Any) -> TimeRange | None:
    """Return the span of time that a request names."""
    return to_noun(request.time_range, TimeRange) if request.HasField("time_range") else None


def given(request: Any, name: str) -> Any:
    """Return a field of a request; None if it is not there."""
    return getattr(request, name) if request.HasField(name) else None
