"""One event: the evidence, where it comes from, and what became of the record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.row import event_id_of_ivorn, ivorn
from helioscribe.domain.prov_document import prov_document
from helioscribe.domain.relation import WORDS
from helioscribe.domain.review import SubjectKind
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.runtime.companions import ImageWord, words_of_images
from helioscribe.runtime.formats.export import FORMATS
from helioscribe.runtime.named_event import find_event
from helioscribe.runtime.origins import origins_of
from helioscribe.runtime.relations import ties
from helioscribe.web.backend import Backend
from helioscribe.web.evidence import Evidence, evidence_of
from helioscribe.web.filters import Filters
from helioscribe.web.pages.review import review_view
from helioscribe.web.pictures import observation_picture
from helioscribe.web.rendering import render, shown
from helioscribe.web.views import citation, event_view, happening_of

__all__ = ["routes"]

Threshold = Annotated[float | None, Query(gt=0, le=1e9)]
_IVO = "ivo://"
_AROUND = timedelta(hours=6)
Form = Literal["png", "svg", "pdf", "gif"]
"""A picture's format; only sequences have films."""


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page and its picture by path."""
    pages = _Event(backend)
    return {
        "/events/{event_id:path}/picture": pages.picture,
        "/api/events/{event_id:path}/provenance": pages.provenance,
        "/events/{event_id:path}": pages.page,  # last: ids of imported records have slashes
    }


@dataclass(frozen=True, slots=True)
class _Event:
    backend: Backend

    def page(self, request: Request, event_id: str, threshold: Threshold = None, observation: str = "") -> Response:
        try:
            event = self.backend.catalogue.event(event_id)
        except NotFoundError:
            return RedirectResponse(f"/events/{quote(self._whole_id(event_id))}")
        said = review_view(self.backend, request, SubjectKind.EVENT, event_id)
        name = ivorn(event, authority=self.backend.authority)
        address = self.backend.page_of(event_id, str(request.base_url))
        return render(
            "event.html",
            review=said,
            formats=FORMATS,
            citation=citation(event, name, address),
            evidence=self._evidence(event, observation, threshold),
            words=self._words(event),
            happening=happening_of(self.backend.catalogue, event),
            ties=ties(self.backend.catalogue, event_id),
            relation_words=sorted(WORDS),
            around=_around(event),
            **event_view(self.backend, event),
        )

    def _whole_id(self, name: str) -> str:
        """Return the id behind HEK's name of a record, or behind the beginning that the command line prints."""
        return event_id_of_ivorn(name) if name.startswith(_IVO) else find_event(self.backend.catalogue, name).id

    def provenance(self, event_id: str) -> Response:
        return JSONResponse(prov_document(origins_of(self.backend.catalogue, self.backend.models, event_id)))

    def picture(self, event_id: str, *, dark: bool = False, form: Form = "png") -> Response:
        catalogue = self.backend.catalogue
        event = catalogue.event(event_id)
        if not event.observation_ids:
            raise NotFoundError(f"event {event_id} rests on no observation of this catalogue")
        seen = catalogue.observation(event.observation_ids[-1])
        return shown(observation_picture(catalogue, self.backend.artifacts, seen, event=event, form=form, dark=dark))

    def _evidence(self, event: Event, observation: str, threshold: float | None) -> Evidence | None:
        known = event.observation_ids
        if not known:
            return None
        try:
            seen = self.backend.catalogue.observation(observation if observation in known else known[-1])
        except NotFoundError:  # imported records name observations of other catalogues
            return None
        return evidence_of(self.backend, seen, event, threshold=threshold)

    def _words(self, event: Event) -> list[ImageWord]:
        with suppress(NotFoundError):
            words = words_of_images(self.backend.catalogue, self.backend.artifacts, event)
            return [word for word in words if "cluster" in word.scores]  # only those are found again by their looks
        return []


def _around(event: Event) -> str:
    """Return the address of all events of the hours around one; empty at the ends of the calendar."""
    try:
        span = TimeRange(start=event.event_starttime - _AROUND, end=event.event_endtime + _AROUND)
    except OverflowError:
        return ""
    return Filters(start=format_utc(span.start)[:19], end=format_utc(span.end)[:19]).url()
