"""What happened on the Sun: one line for all records of the same, whoever made them and from wherever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response

from helioscribe.domain.event import Event
from helioscribe.domain.happening import Happening, group_happenings
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.timeline import last_stretch
from helioscribe.web.filters import Filters
from helioscribe.web.rendering import render

__all__ = ["routes"]

_RECORDS, _MOST = 500, 2000


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page by its path."""
    return {"/happenings": _Happenings(backend).page}


@dataclass(frozen=True, slots=True)
class _Happenings:
    backend: Backend

    def page(self, request: Request) -> Response:
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_RECORDS, most=_MOST, newest=True)
        events = list(self.backend.catalogue.search(query))
        shown = events if filters.start or filters.end else last_stretch(events)
        found = group_happenings(shown)[::-1]
        return render(
            "happenings.html",
            filters=filters,
            found=found,
            records=len(shown),
            cut=len(events) == query.limit,
            placed=[_placed(one) for one in found],
            several=sum(len(one.members) > 1 for one in found),
        )


def _placed(one: Happening) -> Event:
    """Return the record that says where: the preferred one, or else the first that has a place."""
    return next((event for event in (one.preferred, *one.members) if not event.noposition), one.preferred)
