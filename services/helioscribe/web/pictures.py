"""What observations and events look like: light curves and images as pictures for pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.runtime.plots.film import draw_film
from helioscribe.runtime.plots.image import draw_image
from helioscribe.runtime.plots.light_curve import draw_light_curve
from helioscribe.runtime.plots.sequence import draw_sequence
from helioscribe.web.products import around, detections_shown, product_of, scores_of

__all__ = ["Picture", "has_picture", "observation_picture"]

_MOST_EVENTS = 10_000
_KINDS = (LightCurve.kind, SolarImage.kind, ImageSequence.kind)
_MEDIA = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf", "gif": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as a browser takes it."""

    data: bytes
    """The file."""

    media_type: str = "image/png"
    """What it is."""


def has_picture(observation: Observation) -> bool:
    """Tell whether there is a picture of such an observation."""
    return observation.product_kind in _KINDS


def observation_picture(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    observation: Observation,
    *,
    event: Event | None = None,
    form: str = "png",
    dark: bool = False,
) -> Picture:
    """Draw an observation with what was found in it, and its scores.

    Parameters
    ----------
    catalogue, artifacts
        Where it is known, and where its data lie.
    observation
        What to draw.
    event
        What to show closely, with its detector's scores; the whole observation and all detectors by default.
    form
        ``png``, ``svg`` or ``pdf``; ``gif`` for the film of a sequence.
    dark
        For a dark page.

    Raises
    ------
    NotFoundError
        If there is no picture of such an observation.
    """
    if not has_picture(observation):
        raise NotFoundError(f"{observation.name}: there is no picture of such an observation")
    scene = _Scene(catalogue=catalogue, artifacts=artifacts, observation=observation, event=event, form=form, dark=dark)
    drawn = io.BytesIO()
    scene.draw(product_of(artifacts, observation), drawn)
    return Picture(data=drawn.getvalue(), media_type=_MEDIA.get(form, "image/png"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    catalogue: Catalogue
    artifacts: ArtifactStore
    observation: Observation
    event: Event | None
    form: str
    dark: bool

    def draw(self, product: Product, target: io.BytesIO) -> None:
        match product:
            case LightCurve():
                span = around(self.event, product) if self.event else None
                draw_light_curve(
                    product, target, events=self._events(), scores=self._scores(), span=span, **self._style()
                )
            case SolarImage():
                close = self.event is not None
                draw_image(product, target, detections=self._detections(), close=close, **self._style())
            case ImageSequence() if self.form == "gif":
                draw_film(product, target, detections=self._detections())
            case ImageSequence():
                draw_sequence(product, target, detections=self._detections(), scores=self._scores(), **self._style())

    @property
    def _detector(self) -> str | None:
        return (self.event.detector or None) if self.event else None

    def _events(self) -> list[Event]:
        detectors = (self._detector,) if self._detector else ()
        query = EventQuery(observation_id=self.observation.id, detectors=detectors, limit=_MOST_EVENTS)
        return list(self.catalogue.search(query))

    def _detections(self) -> list[Detection]:
        return detections_shown(self.catalogue, self.observation, self._detector, self.event)

    def _scores(self) -> ScoreSeries | None:
        return scores_of(self.catalogue, self.artifacts, self.observation, self._detector)

    def _style(self) -> dict[str, Any]:
        return {"title": self.observation.name, "form": self.form, "dark": self.dark}
