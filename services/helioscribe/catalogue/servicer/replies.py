"""Helpers of the servicers: pages of answers, and optional fields of requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.domain.batches import batches
from helioscribe.domain.times import TimeRange

__all__ = ["given", "pages", "span"]

_PAGE = 200


def pages(items: Iterable[Any], answer: Any, field: str, *, size: int = _PAGE) -> Iterator[Any]:
    """Yield messages of the kind `answer`, each with up to `size` items in its repeated `field`."""
    for page in batches(items, size):
        message = answer()
        repeated = getattr(message, field)
        for item in page:
            to_message(item, repeated.add())
        yield message


def span(request: Any) -> TimeRange | None:
    """Return the span of time in a request; None if it has none."""
    return to_noun(request.time_range, TimeRange) if request.HasField("time_range") else None


def given(request: Any, name: str) -> Any:
    """Return an optional field of a request; None if it is not set."""
    return getattr(request, name) if request.HasField(name) else None
