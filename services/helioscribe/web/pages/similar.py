"""Flares that look like this, and what images say of an event: a page of pictures, and the same for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from helioscribe.domain.times import format_utc
from helioscribe.runtime.companions import words_of_images
from helioscribe.runtime.similarity import Likeness, find_alike
from helioscribe.web.backend import Backend
from helioscribe.web.rendering import render

__all__ = ["routes"]

_MOST = 60


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page and its JSON by path."""
    pages = _Similar(backend)
    return {
        "/similar/{key:path}": pages.page,
        "/api/similar/{key:path}": pages.answer,
        "/api/events/{event_id:path}/images": pages.images,
    }


@dataclass(frozen=True, slots=True)
class _Similar:
    backend: Backend

    def page(self, key: str, limit: int = Query(12, ge=1, le=_MOST), space: str | None = None) -> Response:
        return render("similar.html", found=self._find(key, limit, space))

    def answer(self, key: str, limit: int = Query(12, ge=1, le=1000), space: str | None = None) -> Response:
        found = self._find(key, limit, space)
        alike: list[dict[str, Any]] = [
            {
                "observation_id": one.observation.id,
                "name": one.observation.name,
                "start": format_utc(one.observation.time_range.start),
                "distance": one.distance,
                "event_ids": [event.id for event in one.events],
            }
            for one in found.alike
        ]
        return JSONResponse({"observation_id": found.observation.id, "space": found.space, "result": alike})

    def images(self, event_id: str) -> Response:
        backend = self.backend
        words = words_of_images(backend.catalogue, backend.artifacts, backend.catalogue.event(event_id))
        said = [
            {
                "observation_id": word.observation.id,
                "start": format_utc(word.observation.time_range.start),
                "detector": word.detector,
                "model_version": word.model_version,
                "scores": dict(word.scores),
            }
            for word in words
        ]
        return JSONResponse({"result": said})

    def _find(self, key: str, limit: int, space: str | None) -> Likeness:
        return find_alike(self.backend.catalogue, self.backend.embeddings, key, space=space, limit=limit)
