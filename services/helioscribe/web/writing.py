"""Records that programs send: new ones, revisions, and retractions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.hek.row import ivorn
from helioscribe.runtime.auth import who
from helioscribe.runtime.catalogues.reading import events_of, rows_of
from helioscribe.runtime.submission import not_of_detectors, retract
from helioscribe.web.backend import Backend
from helioscribe.web.forms import read_body

__all__ = ["writing"]

_LARGEST = 16 << 20
_MOST_TOLD = 100


def writing(backend: Backend) -> APIRouter:
    """Return ``POST /api/events`` and ``DELETE /api/events/ID``."""
    router, answers = APIRouter(), _Answers(backend)
    router.post("/api/events")(answers.submit)
    router.delete("/api/events/{event_id:path}")(answers.retract)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    backend: Backend

    async def submit(self, request: Request) -> JSONResponse:
        """Enter records: HEK's JSON, VOEvents, or any other catalogue's file; the same name again is a revision."""
        return await run_in_threadpool(self._entered, await read_body(request, _LARGEST))

    def retract(self, event_id: str, reason: str = "") -> dict[str, Any]:
        """Withdraw a record."""
        event = retract(self.backend.catalogue, event_id, by=who(), why=reason)
        return {"id": event.id, "revision": event.revision, "status": event.status.value}

    def _entered(self, body: bytes) -> JSONResponse:
        failed: list[dict[str, str]] = []

        def note(where: str, error: HelioscribeError) -> None:
            failed.append({"where": where, "code": error.code, "message": error.message})

        read = events_of(rows_of(body), origin=f"submitted by {who()}", failed=note)
        signed = (replace(event, frm_identifier=event.frm_identifier or who()) for event in read)
        events = list(not_of_detectors(self.backend.catalogue, signed))
        if not events and not failed:
            raise InvalidInputError("no record in the request; expected HEK's columns as JSON, or a VOEvent")
        new = self.backend.catalogue.import_events(events, reason=f"submitted by {who()}")
        answer = {
            "new_or_changed": new,
            "events": [{"id": one.id, "ivorn": ivorn(one, authority=self.backend.authority)} for one in events],
            "failed": failed[:_MOST_TOLD],
        }
        return JSONResponse(answer, status_code=200 if events else 400)
