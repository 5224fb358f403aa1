"""Events as files: what the filters show, and single ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.runtime.formats.export import FORMATS, export
from helioscribe.runtime.relations import ties_of
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["exports"]

_MOST = 10_000_000


def exports(backend: Backend) -> APIRouter:
    """Return ``/export/FORMAT`` with the filters of the search, and ``/events/ID/export/FORMAT``."""
    router, answers = APIRouter(), _Answers(backend)
    router.get("/export/{form}")(answers.found)
    router.get("/events/{event_id:path}/export/{form}")(answers.one)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    backend: Backend

    def found(self, request: Request, form: str) -> StreamingResponse:
        """Everything that fits, however much it is."""
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_MOST, most=_MOST)
        if not filters.threshold:
            return self._file(self.backend.catalogue.search(query), form, "events", request)
        events = filters.find(self.backend.catalogue, self.backend.artifacts, query)
        return self._file(events, form, "events", request)

    def one(self, request: Request, event_id: str, form: str) -> StreamingResponse:
        """One event."""
        return self._file([self.backend.catalogue.event(event_id)], form, event_id, request)

    def _file(self, events: Iterable[Event], form: str, name: str, request: Request) -> StreamingResponse:
        if form not in FORMATS:
            raise InvalidInputError(f"no format {form[:20]!r}; there are {', '.join(FORMATS)}")
        base = str(request.base_url)
        pieces = export(
            events,
            form,
            authority=self.backend.authority,
            page_of=lambda key: self.backend.page_of(key, base),
            ties_of=partial(ties_of, self.backend.catalogue),
        )
        shown = f'attachment; filename="{name}{FORMATS[form].suffix}"'
        return StreamingResponse(pieces, media_type=FORMATS[form].media_type, headers={"Content-Disposition": shown})
