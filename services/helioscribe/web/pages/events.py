"""The catalogue over time: what happened, what was looked at, and the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from fastapi import Request, Response

from helioscribe.domain.coverage import Coverage
from helioscribe.domain.event import Event
from helioscribe.domain.query import CountBy, EventQuery, Order
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.runtime.formats.export import FORMATS
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.counted import Count, stamp_span, unit_of
from helioscribe.web.drawings.timeline import last_stretch, lay_out, span_of
from helioscribe.web.filters import Filters
from helioscribe.web.rendering import render
from helioscribe.web.views import detector_names

__all__ = ["routes"]

_ROWS, _MOST = 100, 500
_LONGEST = timedelta(days=370)
"""Longest span in which events are counted while somebody waits."""


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page by its path."""
    return {"/": _Events(backend).page}


@dataclass(frozen=True, slots=True)
class _Events:
    backend: Backend

    def page(self, request: Request) -> Response:
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_ROWS, most=_MOST, newest=True)
        found = filters.find(self.backend.catalogue, self.backend.artifacts, replace(query, limit=query.limit + 1))
        events, more = found[: query.limit], len(found) > query.limit
        chosen = query.time_range if filters.start and filters.end else None
        last = last_stretch(events) if _from_the_last(filters, query) else events
        span = chosen or (span_of(last) if last else None)
        crowded = chosen is not None and (more or bool(filters.after)) and not filters.threshold
        counts = self._counts(query, chosen) if chosen and crowded and chosen.duration <= _LONGEST else ()
        return render(
            "events.html",
            events=events,
            filters=filters,
            total=_total(events, counts, more=more),
            older=filters.following(query, events[-1]) if more else "",
            orders=list(Order),
            newest=query.descending,
            timeline=self._drawn(filters, span, () if counts else events, counts) if span else None,
            detectors=detector_names(self.backend, events),
            formats=FORMATS,
            fresh=not events and filters.url() == "/",
            all_drawn=_spanning(filters, events) if len(last) < len(events) else "",
        )

    def _drawn(self, filters: Filters, span: TimeRange, events: Sequence[Event], counts: Sequence[Count]) -> object:
        return lay_out(span, events=events, counts=counts, coverage=self._covered(filters, span))

    def _counts(self, query: EventQuery, span: TimeRange) -> list[Count]:
        found = self.backend.catalogue.counts(replace(query, after=None), by=(CountBy.TYPE, unit_of(span)))
        return [
            Count(event_type=kind, time_range=stamp_span(stamp), number=number)
            for (kind, stamp), number in found.items()
        ]

    def _covered(self, filters: Filters, span: TimeRange) -> list[Coverage]:
        if filters.type or filters.narrow:
            return []  # coverage is of detectors; with another filter it would tell of something else
        return self.backend.catalogue.coverage(detector=filters.detector or None, time_range=span)


def _from_the_last(filters: Filters, query: EventQuery) -> bool:
    return query.order is Order.START and query.descending and not (filters.start or filters.end)


def _spanning(filters: Filters, events: Sequence[Event]) -> str:
    span = span_of(events)
    return filters.url(start=format_utc(span.start)[:19], end=format_utc(span.end)[:19])


def _total(events: Sequence[Event], counts: Sequence[Count], *, more: bool) -> int | None:
    """Return how many events there are; None if nobody counted."""
    if counts:
        return sum(one.number for one in counts)
    return None if more else len(events)
