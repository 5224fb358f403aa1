"""What was looked at: for every method, what became of every stretch of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

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
            "coverage.html", filters=filters, covered=found[::-1][:_ROWS], total=len(found),
            timeline=lay_out(whole, coverage=found), sums=_sums(found), detectors=detector_names(self.backend, ()),
        )  # fmt: skip


def _whole(found: list[Coverage]) -> TimeRange:
    if not found:
        return TimeRange(start=utc_now() - timedelta(days=1), end=utc_now())
    spans = [one.span.time_range for one in found]
    return TimeRange(start=min(one.start for one in spans), end=max(one.end for one in spans))


def _sums(found: list[Coverage]) -> dict[str, dict[str, timedelta]]:
    """Return how long each detector's coverage of each kind lasts, overlaps counted once."""
    sums: dict[str, dict[str, timedelta]] = {}
    ends: dict[tuple[str, str], TimeRange] = {}
    for one in sorted(found, key=lambda one: one.span.time_range.start):
        key, span = (one.detector, one.span.state.value), one.span.time_range
        last = ends.get(key)
        start = max(span.start, last.end) if last else span.start
        if last is None or span.end > last.end:
            ends[key] = span
        known = sums.setdefault(one.detector, {})
        known[key[1]] = known.get(key[1], timedelta(0)) + max(span.end - start, timedelta(0))
    return sums
