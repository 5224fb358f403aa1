"""For programs: events as JSON under HEK's names, and whether the service is well."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request

from helioscribe.domain.event import hek_record
from helioscribe.domain.times import format_utc
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["api"]

_MOST = 1000


def api(backend: Backend) -> APIRouter:
    """Return the routes of ``/api``, and ``/healthz``."""
    router = APIRouter()
    catalogue = backend.catalogue

    @router.get("/api/events")
    def events(request: Request) -> dict[str, Any]:
        """Events by start time; ``overmax`` tells that there are more than the limit, as HEK does."""
        query = Filters.of(request.query_params).query(limit=_MOST)
        found = list(catalogue.search(replace(query, limit=query.limit + 1)))
        rows = [hek_record(event) for event in islice(found, query.limit)]
        return {"result": rows, "overmax": len(found) > query.limit}

    @router.get("/api/events/{event_id}")
    def event(event_id: str) -> dict[str, Any]:
        return hek_record(catalogue.event(event_id))

    @router.get("/api/events/{event_id}/revisions")
    def revisions(event_id: str) -> list[dict[str, Any]]:
        return [
            {"cursor": revision.cursor, "at": format_utc(revision.at), "reason": revision.reason}
            | {"event": hek_record(revision.event)}
            for revision in catalogue.revisions(event_id)
        ]

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        catalogue.watch(limit=1)
        return {"status": "ok"}

    return router
