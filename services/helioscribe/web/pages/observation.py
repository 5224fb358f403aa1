"""One observation: what it is, what it shows, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response

from helioscribe.domain.product import SolarImage
from helioscribe.domain.review import Reviewed, SubjectKind
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.companions import words_beside
from helioscribe.web.backend import Backend
from helioscribe.web.evidence import evidence_of
from helioscribe.web.pages.review import review_view
from helioscribe.web.pictures import observation_picture
from helioscribe.web.pixels import film_sheet, thumbnail
from helioscribe.web.rendering import render, shown

__all__ = ["routes"]

_MOST_EVENTS = 5000


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page and its picture by path."""
    pages = _Observation(backend)
    return {
        "/observations/{observation_id}": pages.page,
        "/observations/{observation_id}/picture": pages.picture,
        "/observations/{observation_id}/film.jpg": pages.film,
        "/observations/{observation_id}/small.png": pages.small,
    }


@dataclass(frozen=True, slots=True)
class _Observation:
    backend: Backend

    def page(self, request: Request, observation_id: str) -> Response:
        catalogue = self.backend.catalogue
        found = catalogue.observation(observation_id)
        query = EventQuery(observation_id=observation_id, reviewed=Reviewed.ANY, limit=_MOST_EVENTS)
        events = list(catalogue.search(query))
        covered = catalogue.coverage(observation_id=observation_id)
        words = words_beside(self.backend.embeddings, found)
        image = found.product_kind == SolarImage.kind
        said = review_view(self.backend, request, SubjectKind.IMAGE, observation_id) if image else None
        return render(
            "observation.html",
            observation=found,
            events=events,
            covered=covered,
            words=words,
            review=said,
            evidence=evidence_of(self.backend, found),
        )

    def picture(self, observation_id: str, *, dark: bool = False) -> Response:
        catalogue, artifacts = self.backend.catalogue, self.backend.artifacts
        return shown(observation_picture(catalogue, artifacts, catalogue.observation(observation_id), dark=dark))

    def small(self, observation_id: str) -> Response:
        found = self.backend.catalogue.observation(observation_id)
        return shown(thumbnail(self.backend.artifacts, found), seconds=3600)

    def film(self, observation_id: str) -> Response:
        return shown(film_sheet(self.backend.artifacts, self.backend.catalogue.observation(observation_id)))
