"""What was looked at: for every method, what became of every stretch of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response

from helioscribe.domain.coverage import Coverage
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.timeline import lay_out
from helioscribe.web.filters import Filters
from helioscribe.web.rendering import render
from helioscribe.web.views import detector_names

__all__ = ["routes"]

_ROWS = 200
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page by its path."""
    return {"/coverage": _Coverage(backend).page}


@dataclass(frozen=True, slots=True)
class _Coverage:
    backend: Backend

    def page(self, request: Request) -> Response:
        filters = Filters.of(request.query_params)
        span = filters.query(limit=1).time_range
        found = self.backend.catalogue.coverage(detector=filters.detector or None, time_range=span)
        whole = span if span and filters.start and filters.end else _whole(found)
        return render(
            "coverage.html",
            filters=filters,
            covered=found[::-1][:_ROWS],
            total=len(found),
            timeline=lay_out(whole, coverage=found),
            sums=_sums(found),
            detectors=detector_names(self.backend, ()),
        )


def _whole(found: list[Coverage]) -> TimeRange:
    if not found:
        return TimeRange(start=utc_now() - timedelta(days=1), end=utc_now())
    spans = [one.span.time_range for one in found]
    return TimeRange(start=min(one.start for one in spans), end=max(one.end for one in spans))


@dataclass(slots=True)
class _Sum:
    time: timedelta = timedelta(0)
    records: int = 0
    end: datetime = _BEGINNING

    def add(self, span: TimeRange) -> None:
        """Count one more stretch, by start: what overlaps is counted once."""
        self.time += max(span.end - max(span.start, self.end), timedelta(0))
        self.records += 1
        self.end = max(self.end, span.end)


def _sums(found: list[Coverage]) -> dict[str, dict[str, _Sum]]:
    """Return how much each detector's coverage of each kind is."""
    sums: dict[str, dict[str, _Sum]] = {}
    for one in sorted(found, key=lambda one: (one.detector, one.span.time_range.start)):
        sums.setdefault(one.detector, {}).setdefault(one.span.state.value, _Sum()).add(one.span.time_range)
    return sums
