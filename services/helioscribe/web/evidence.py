"""What a detector saw: the evidence of an event or in an observation, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve
from helioscribe.domain.review import Reviewed
from helioscribe.domain.threshold import highest
from helioscribe.ports.catalogue import EventQuery
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.axis import Tick, ticks
from helioscribe.web.drawings.curve import CurveDrawing, draw_curve
from helioscribe.web.drawings.film import Film, lay_film
from helioscribe.web.drawings.score import ScoreDrawing, draw_score
from helioscribe.web.pictures import has_picture
from helioscribe.web.products import around, detections_shown, product_of, scores_of, seen_during

__all__ = ["Evidence", "evidence_of"]

_MOST_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What can be shown of an observation; nothing of it is set if its data are gone."""

    observation: Observation
    """Where it was seen."""

    pictured: bool = False
    """Whether there is a picture of it."""

    curve: CurveDrawing | None = None
    """Of a light curve."""

    film: Film | None = None
    """Of a sequence of images."""

    score: ScoreDrawing | None = None
    """What decided, over time."""

    ticks: tuple[Tick, ...] = ()
    """Of the score's drawing, where there is no curve above it."""

    highest: float | None = None
    """Highest score within the event."""

    missing: str = ""
    """Why nothing can be shown."""


def evidence_of(
    backend: Backend, observation: Observation, event: Event | None = None, *, threshold: float | None = None
) -> Evidence:
    """Return the evidence in an observation; closely around an event if one is given, at a threshold of its own."""
    try:
        product = product_of(backend.artifacts, observation)
    except HelioscribeError as error:
        return Evidence(observation=observation, missing=error.message)
    if isinstance(product, LightCurve):
        return _of_curve(backend, observation, product, event, threshold)
    if isinstance(product, ImageSequence):
        return _of_sequence(backend, observation, product, event, threshold)
    return Evidence(observation=observation, pictured=has_picture(observation))


def _of_curve(
    backend: Backend, observation: Observation, curve: LightCurve, event: Event | None, threshold: float | None
) -> Evidence:
    detector = event.detector if event else ""
    scores = scores_of(backend.catalogue, backend.artifacts, observation, detector or None)
    query = EventQuery(
        observation_id=observation.id,
        detectors=(detector,) if detector else (),
        reviewed=Reviewed.ANY,
        limit=_MOST_EVENTS,
    )
    span = around(event, curve) if event else curve.time_range
    seen = list(backend.catalogue.search(query))
    drawn = draw_curve(curve, span, events=seen, scores=scores, threshold=threshold)
    top = highest(scores, seen_during(event, curve)) if scores is not None and event else None
    return Evidence(observation=observation, pictured=True, curve=drawn, score=drawn.score, highest=top)


def _of_sequence(
    backend: Backend, observation: Observation, sequence: ImageSequence, event: Event | None, threshold: float | None
) -> Evidence:
    detector = (event.detector or None) if event else None
    found = detections_shown(backend.catalogue, observation, detector, event)
    scores = scores_of(backend.catalogue, backend.artifacts, observation, detector)
    span = observation.time_range
    return Evidence(
        observation=observation,
        pictured=True,
        film=lay_film(sequence, found),
        ticks=ticks(span),
        score=draw_score(scores, span, threshold=threshold) if scores is not None else None,
        highest=highest(scores, found[0].time_range) if scores is not None and event and found else None,
    )
