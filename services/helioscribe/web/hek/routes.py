"""``/hek/her`` as HEK's server answers it, and ``/schema``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic_core import to_json

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event
from helioscribe.domain.hek.row import event_id_of_ivorn, hek_row
from helioscribe.domain.hek.schema import columns, json_schema
from helioscribe.runtime.formats.voevent import voevent
from helioscribe.runtime.relations import ties
from helioscribe.web.backend import Backend
from helioscribe.web.hek.contains import contained
from helioscribe.web.hek.edges import associations
from helioscribe.web.hek.request import HekRequest, lowered
from helioscribe.web.hek.search import HekSearch

__all__ = ["hek"]


def hek(backend: Backend) -> APIRouter:
    """Return the routes of ``/hek/her`` and ``/schema``."""
    router = APIRouter()
    answers = _Answers(backend, HekSearch(backend.catalogue, backend.authority))
    router.get("/hek/her")(answers.her)
    router.get("/schema")(answers.schema)
    router.get("/schema/{event_type}")(answers.schema_of)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question."""

    backend: Backend
    search: HekSearch

    def her(self, request: Request) -> Response:
        """Whatever HEK's one address does without a login."""
        parameters = lowered(request.query_params.multi_items())
        match parameters.get("cmd", "search").lower():
            case "search":
                return self._search(request, parameters)
            case "export-voevent":
                event = self._named(parameters)
                url = self.backend.page_of(event.id, str(request.base_url))
                said = ties(self.backend.catalogue, event.id)
                row = hek_row(event, authority=self.backend.authority, url=url)
                text = voevent(row, authority=self.backend.authority, ties=said)
                return Response(text, media_type="text/xml")
            case "view-voevent":
                return RedirectResponse(f"/events/{self._named(parameters).id}")
            case "home":
                return RedirectResponse("/")
            case other:
                known = "search, export-voevent, view-voevent or home"
                raise InvalidInputError(f"cmd: expected {known}, got {other!r:.40}")

    def schema(self) -> dict[str, Any]:
        """All columns, and where the schema of each class is."""
        listed = [
            {"name": one.name, "kind": one.kind, "unit_column": one.unit, "canonical_unit": one.canonical}
            | {"required": sorted(one.required), "optional": sorted(one.optional), "origin": one.origin}
            for one in columns().values()
        ]
        return {"classes": {code: f"/schema/{code}" for code in EVENT_CLASSES}, "columns": listed}

    def schema_of(self, event_type: str) -> dict[str, Any]:
        """JSON Schema of the records of a class."""
        return json_schema(event_type.upper())

    def _search(self, request: Request, parameters: dict[str, str]) -> Response:
        if parameters.get("cosec", "2") != "2":
            raise InvalidInputError("cosec: searches are answered as JSON; expected 2")
        asked = HekRequest.of(parameters)
        if asked.contained_types:
            events, edges = contained(self.backend.catalogue, asked, authority=self.backend.authority)
            more = False
        else:
            events, more = self.search.page(asked)
            edges = associations(self.backend.catalogue, events, authority=self.backend.authority)
        rows = self.search.rows(events, asked, page_of=partial(self.backend.page_of, base=str(request.base_url)))
        answer = {"result": rows, "association": edges, "overmax": more}
        if not asked.callback:
            return Response(to_json(answer, inf_nan_mode="null"), media_type="application/json")
        # The comment keeps an answer from being taken for a file of another kind.
        text = f"/**/{asked.callback}({json.dumps(answer, allow_nan=False)});"
        return Response(text, media_type="application/javascript")

    def _named(self, parameters: dict[str, str]) -> Event:
        name = parameters.get("ivorn") or parameters.get("event-id") or ""
        if not name:
            raise InvalidInputError("ivorn: expected the kb_archivid of an event")
        return self.backend.catalogue.event(event_id_of_ivorn(name))
