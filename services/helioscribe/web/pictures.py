"""What observations and events look like: light curves and images as pictures for pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve, SolarImage
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.runtime.plots.film import draw_film
from helioscribe.runtime.plots.image import draw_image
from helioscribe.runtime.plots.light_curve import draw_light_curve
from helioscribe.runtime.plots.sequence import draw_sequence
from helioscribe.web.products import around, detections_shown, image_of, light_curve_of, scores_of, sequence_of

__all__ = [
    "Picture", "image_picture", "light_curve_picture", "observation_picture", "picture_kind", "sequence_picture",
]  # fmt: skip

_MOST_EVENTS = 10_000
_MEDIA = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf", "gif": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as a browser takes it."""

    data: bytes
    """The file."""

    media_type: str = "image/png"
    """What it is."""


def picture_kind(observation: Observation) -> str:
    """Return how an observation is shown: its product's kind, or nothing if there is no picture of it."""
    return observation.product_kind if observation.product_kind in _DRAWN else ""


def observation_picture(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    observation: Observation,
    *,
    event: Event | None = None,
    form: str = "png",
    dark: bool = False,
) -> Picture:
    """Draw an observation with its events; closely around one of them if it is given.

    Raises
    ------
    NotFoundError
        If there is no picture of such an observation.
    """
    detector = (event.detector or None) if event else None
    draw = _DRAWN.get(observation.product_kind, light_curve_picture)
    drawn = draw(catalogue, artifacts, observation, detector=detector, event=event, form=form, dark=dark)
    return Picture(data=drawn, media_type=_MEDIA.get(form, "image/png"))


def image_picture(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    observation: Observation,
    *,
    detector: str | None = None,
    event: Event | None = None,
    form: str = "png",
    dark: bool = False,
) -> bytes:
    """Draw an image with what detectors found in it, or with the detections behind one event.

    Parameters as in `light_curve_picture`. Raises `NotFoundError` if the observation is no image.
    """
    image = image_of(artifacts, observation)
    found = detections_shown(catalogue, observation, detector, event)
    picture = io.BytesIO()
    draw_image(image, picture, detections=found, title=observation.name, form=form, dark=dark)
    return picture.getvalue()


def sequence_picture(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    observation: Observation,
    *,
    detector: str | None = None,
    event: Event | None = None,
    form: str = "png",
    dark: bool = False,
) -> bytes:
    """Draw the frames of a sequence, or with `form` ``gif`` as a film.

    Parameters as in `light_curve_picture`. Raises `NotFoundError` if the observation is no sequence.
    """
    sequence = sequence_of(artifacts, observation)
    found = detections_shown(catalogue, observation, detector, event)
    picture = io.BytesIO()
    if form == "gif":
        draw_film(sequence, picture, detections=found)
        return picture.getvalue()
    scores = scores_of(catalogue, artifacts, observation, detector)
    draw_sequence(
        sequence, picture, detections=found, scores=scores, title=observation.name, form=form, dark=dark
    )
    return picture.getvalue()


def light_curve_picture(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    observation: Observation,
    *,
    detector: str | None = None,
    event: Event | None = None,
    form: str = "png",
    dark: bool = False,
) -> bytes:
    """Draw a light curve with its events and scores.

    Parameters
    ----------
    catalogue, artifacts
        Where it is known, and where its data lie.
    observation
        What to draw.
    detector
        Whose scores and events; of the last run and of all detectors by default.
    event
        What to show closely; the whole observation by default.
    form
        ``png``, ``svg`` or ``pdf``.
    dark
        For a dark page.

    Raises
    ------
    NotFoundError
        If the observation is no light curve.
    """
    curve = light_curve_of(artifacts, observation)
    query = EventQuery(observation_id=observation.id, detectors=(detector,) if detector else (), limit=_MOST_EVENTS)
    picture = io.BytesIO()
    draw_light_curve(
        curve,
        picture,
        events=list(catalogue.search(query)),
        scores=scores_of(catalogue, artifacts, observation, detector),
        span=around(event, curve) if event else None,
        title=observation.name,
        form=form,
        dark=dark,
    )
    return picture.getvalue()


_DRAWN: Mapping[str, Callable[..., bytes]] = {
    LightCurve.kind: light_curve_picture, SolarImage.kind: image_picture, ImageSequence.kind: sequence_picture,
}  # fmt: skip
