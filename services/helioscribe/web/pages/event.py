"""One event: the evidence, where it comes from, and what became of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.hek.row import ivorn
from helioscribe.domain.prov_document import prov_document
from helioscribe.domain.review import SubjectKind
from helioscribe.runtime.formats.export import FORMATS
from helioscribe.runtime.origins import origins_of
from helioscribe.web.backend import Backend
from helioscribe.web.pages.review import review_view
from helioscribe.web.pictures import observation_picture
from helioscribe.web.rendering import render, shown
from helioscribe.web.views import citation, event_view

__all__ = ["routes"]


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page and its picture by path."""
    pages = _Event(backend)
    return {
        "/events/{event_id}": pages.page,
        "/events/{event_id}/picture": pages.picture,
        "/api/events/{event_id}/provenance": pages.provenance,
    }


@dataclass(frozen=True, slots=True)
class _Event:
    backend: Backend

    def page(self, request: Request, event_id: str) -> Response:
        event = self.backend.catalogue.event(event_id)
        said = review_view(self.backend, request, SubjectKind.EVENT, event_id)
        name = ivorn(event, authority=self.backend.authority)
        address = self.backend.page_of(event_id, str(request.base_url))
        return render(
            "event.html", review=said, formats=FORMATS, citation=citation(event, name, address),
            **event_view(self.backend, event),
        )  # fmt: skip

    def provenance(self, event_id: str) -> Response:
        return JSONResponse(prov_document(origins_of(self.backend.catalogue, self.backend.models, event_id)))

    def picture(self, event_id: str, *, dark: bool = False) -> Response:
        catalogue = self.backend.catalogue
        event = catalogue.event(event_id)
        if not event.observation_ids:
            raise NotFoundError(f"event {event_id} rests on no observation of this catalogue")
        observation = catalogue.observation(event.observation_ids[-1])
        return shown(observation_picture(catalogue, self.backend.artifacts, observation, event=event, dark=dark))
