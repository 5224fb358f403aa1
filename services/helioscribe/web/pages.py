"""For people: pages made on the server, without scripts, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import JobState
from helioscribe.ports.catalogue import EventQuery
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters
from helioscribe.web.pictures import light_curve_picture
from helioscribe.web.rendering import render
from helioscribe.web.timeline import lay_out, span_of
from helioscribe.web.views import detector_names, event_view, serving

__all__ = ["pages"]

_MOST_EVENTS = 5000
_ROWS = 200
_WIDTHS = {"wide": 1100, "narrow": 460}
"""Of the timeline, for large and for small screens."""


def pages(backend: Backend) -> APIRouter:
    """Return the routes of all pages."""
    router, shown = APIRouter(), _Pages(backend)
    routes: dict[str, Callable[..., Response]] = {
        "/": shown.events,
        "/events/{event_id}": shown.event,
        "/events/{event_id}/light-curve.png": shown.event_picture,
        "/observations/{observation_id}": shown.observation,
        "/observations/{observation_id}/light-curve.png": shown.observation_picture,
        "/detectors": shown.detectors,
        "/jobs": shown.jobs,
        "/failures": shown.failures,
    }
    for path, page in routes.items():
        router.get(path)(page)
    return router


@dataclass(frozen=True, slots=True)
class _Pages:
    """One method a page."""

    backend: Backend

    def events(self, request: Request) -> Response:
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_MOST_EVENTS)
        events = list(self.backend.catalogue.search(query))
        span = query.time_range if filters.start and filters.end else span_of(events) if events else None
        drawn = {name: lay_out(events, span, width=width) for name, width in _WIDTHS.items()} if span else {}
        return render(
            "events.html", events=events[::-1][:_ROWS], total=len(events), limit=query.limit, filters=filters,
            timelines=drawn, detectors=detector_names(self.backend, events),
        )  # fmt: skip

    def event(self, event_id: str) -> Response:
        return render("event.html", **event_view(self.backend, self.backend.catalogue.event(event_id)))

    def event_picture(self, event_id: str, *, dark: bool = False) -> Response:
        catalogue, artifacts = self.backend.catalogue, self.backend.artifacts
        event = catalogue.event(event_id)
        if not event.observation_ids:
            raise NotFoundError(f"event {event_id} rests on no observation of this catalogue")
        observation = catalogue.observation(event.observation_ids[-1])
        detector = event.detector or None
        return _png(light_curve_picture(catalogue, artifacts, observation, detector=detector, event=event, dark=dark))

    def observation(self, observation_id: str) -> Response:
        catalogue = self.backend.catalogue
        found = catalogue.observation(observation_id)
        events = list(catalogue.search(EventQuery(observation_id=observation_id, limit=_MOST_EVENTS)))
        covered = catalogue.coverage(observation_id=observation_id)
        return render("observation.html", observation=found, events=events, covered=covered)

    def observation_picture(self, observation_id: str, *, dark: bool = False) -> Response:
        catalogue, artifacts = self.backend.catalogue, self.backend.artifacts
        return _png(light_curve_picture(catalogue, artifacts, catalogue.observation(observation_id), dark=dark))

    def detectors(self) -> Response:
        found = self.backend.detectors()
        return render("detectors.html", detectors=found, serving=serving(self.backend, found))

    def jobs(self, state: str = "") -> Response:
        wanted = (JobState(state),) if state in set(JobState) else ()
        found = self.backend.jobs.find(states=wanted, limit=_ROWS)
        return render("jobs.html", jobs=found, state=state if wanted else "", states=list(JobState))

    def failures(self) -> Response:
        return render("failures.html", failures=self.backend.catalogue.failures(limit=_ROWS))


def _png(picture: bytes) -> Response:
    # A new run may change scores and events; a minute is enough to turn pages back and forth.
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=60"})
