"""For people: pages made on the server, without scripts, with nothing from elsewhere."""

from __future__ import annotations

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
    router = APIRouter()
    catalogue = backend.catalogue

    @router.get("/")
    def home(request: Request) -> Response:
        filters = Filters.of(request.query_params)
        query = filters.query(limit=_MOST_EVENTS)
        events = list(catalogue.search(query))
        span = query.time_range if filters.start and filters.end else span_of(events) if events else None
        drawn = {name: lay_out(events, span, width=width) for name, width in _WIDTHS.items()} if span else {}
        newest = events[::-1][:_ROWS]
        return render(
            "events.html", events=newest, total=len(events), limit=query.limit, filters=filters, timelines=drawn,
            detectors=detector_names(backend, events),
        )  # fmt: skip

    @router.get("/events/{event_id}")
    def event(event_id: str) -> Response:
        return render("event.html", **event_view(backend, catalogue.event(event_id)))

    @router.get("/events/{event_id}/light-curve.png")
    def event_picture(event_id: str, *, dark: bool = False) -> Response:
        found = catalogue.event(event_id)
        if not found.observation_ids:
            raise NotFoundError(f"event {event_id} rests on no observation of this catalogue")
        observation = catalogue.observation(found.observation_ids[-1])
        return _png(
            light_curve_picture(
                catalogue, backend.artifacts, observation, detector=found.detector or None, event=found, dark=dark
            )
        )

    @router.get("/observations/{observation_id}")
    def observation(observation_id: str) -> Response:
        found = catalogue.observation(observation_id)
        events = list(catalogue.search(EventQuery(observation_id=observation_id, limit=_MOST_EVENTS)))
        covered = catalogue.coverage(observation_id=observation_id)
        return render("observation.html", observation=found, events=events, covered=covered)

    @router.get("/observations/{observation_id}/light-curve.png")
    def observation_picture(observation_id: str, *, dark: bool = False) -> Response:
        found = catalogue.observation(observation_id)
        return _png(light_curve_picture(catalogue, backend.artifacts, found, dark=dark))

    @router.get("/detectors")
    def detectors() -> Response:
        found = backend.detectors()
        return render("detectors.html", detectors=found, serving=serving(backend, found))

    @router.get("/jobs")
    def jobs(state: str = "") -> Response:
        wanted = (JobState(state),) if state in set(JobState) else ()
        found = backend.jobs.find(states=wanted, limit=_ROWS)
        return render("jobs.html", jobs=found, state=state if wanted else "", states=list(JobState))

    @router.get("/failures")
    def failures() -> Response:
        return render("failures.html", failures=catalogue.failures(limit=_ROWS))

    return router


def _png(picture: bytes) -> Response:
    # A new run may change scores and events; a minute is enough to turn pages back and forth.
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=60"})
