"""For programs: events as JSON under HEK's names, and whether the service is well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from helioscribe.domain.event import hek_record
from helioscribe.domain.times import format_utc
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.metrics import exposition
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["api", "records"]

_MOST = 1000


def api(backend: Backend) -> APIRouter:
    """Return the routes of ``/api``, ``/healthz`` and ``/metrics``."""
    router, answers = APIRouter(), _Answers(backend.catalogue, backend.artifacts)
    router.get("/api/events", openapi_extra=Filters.described())(answers.events)
    router.get("/api/events/{event_id:path}/revisions")(answers.revisions)
    router.get("/healthz")(answers.health)
    router.get("/metrics")(_metrics)
    return router


def records(backend: Backend) -> APIRouter:
    """Return the route of single records, which comes after all that lie below it: some ids have slashes."""
    router = APIRouter()
    router.get("/api/events/{event_id:path}")(_Answers(backend.catalogue, backend.artifacts).event)
    return router


def _metrics() -> PlainTextResponse:
    """What is counted in this process, as Prometheus reads it."""
    return PlainTextResponse(exposition(), media_type="text/plain; version=0.0.4")


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question."""

    catalogue: Catalogue
    artifacts: ArtifactStore

    def events(self, request: Request) -> dict[str, Any]:
        """Events by start time; ``overmax`` tells that there are more than the limit, as HEK does, ``next`` where."""
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_MOST)
        found = filters.find(self.catalogue, self.artifacts, replace(query, limit=query.limit + 1))
        events, more = found[: query.limit], len(found) > query.limit
        answer = {"result": [hek_record(event) for event in events], "overmax": more}
        return answer | ({"next": filters.following(query, events[-1], "/api/events")} if more else {})

    def event(self, event_id: str) -> dict[str, Any]:
        """One event as it is now."""
        return hek_record(self.catalogue.event(event_id))

    def revisions(self, event_id: str) -> list[dict[str, Any]]:
        """One event as it was, oldest first."""
        return [
            {"cursor": revision.cursor, "at": format_utc(revision.at), "reason": revision.reason}
            | {"event": hek_record(revision.event)}
            for revision in self.catalogue.revisions(event_id)
        ]

    def health(self) -> dict[str, str]:
        """Whether the catalogue answers."""
        self.catalogue.watch(limit=1)
        return {"status": "ok"}
