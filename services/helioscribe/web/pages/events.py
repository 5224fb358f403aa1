"""The catalogue over time: what happened, what was looked at, and the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response

from helioscribe.domain.coverage import Coverage
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.formats.export import FORMATS
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.timeline import lay_out, span_of
from helioscribe.web.filters import Filters
from helioscribe.web.rendering import render
from helioscribe.web.views import detector_names

__all__ = ["routes"]

_MOST_EVENTS = 5000
_ROWS = 200
_WIDTHS = {"wide": 1100, "narrow": 460}
"""Of the timeline, for large and for small screens."""


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page by its path."""
    return {"/": _Events(backend).timeline}


@dataclass(frozen=True, slots=True)
class _Events:
    backend: Backend

    def timeline(self, request: Request) -> Response:
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_MOST_EVENTS)
        events = filters.find(self.backend.catalogue, self.backend.artifacts, query)
        span = query.time_range if filters.start and filters.end else span_of(events) if events else None
        covered = self._covered(filters, span) if span else []
        drawn = {
            name: lay_out(events, span, width=width, coverage=covered) for name, width in _WIDTHS.items() if span
        }
        return render(
            "events.html", events=events[::-1][:_ROWS], total=len(events), limit=query.limit, filters=filters,
            timelines=drawn, detectors=detector_names(self.backend, events), formats=FORMATS,
        )  # fmt: skip

    def _covered(self, filters: Filters, span: TimeRange) -> list[Coverage]:
        if filters.type or filters.instrument:
            return []  # coverage is of detectors; with another filter it would tell of something else
        return self.backend.catalogue.coverage(detector=filters.detector or None, time_range=span)
