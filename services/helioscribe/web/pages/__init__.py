"""For people: pages made on the server, with nothing from elsewhere; one module a subject."""

from __future__ import annotations

from fastapi import APIRouter

from helioscribe.web.backend import Backend
from helioscribe.web.pages import (
    clusters,
    coverage,
    detectors,
    disk,
    event,
    events,
    happenings,
    observation,
    queue,
    review,
    similar,
    ties,
    work,
)

__all__ = ["pages"]


def pages(backend: Backend) -> APIRouter:
    """Return the routes of all pages."""
    router = APIRouter()
    looks = (events, happenings, disk, event, observation, similar, queue, clusters, review, coverage, detectors, work)
    for part in looks:
        for path, page in part.routes(backend).items():
            router.get(path)(page)
    for part in (review, ties, work):
        router.include_router(part.receiver(backend))
    return router
