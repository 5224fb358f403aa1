"""What observations and events look like: light curves and images as pictures for pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from helioscribe.adapters.product_codec import decode_product, decode_scores
from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.runtime.plots.film import draw_film, draw_sheet
from helioscribe.runtime.plots.image import colours_of, draw_image
from helioscribe.runtime.plots.light_curve import draw_light_curve
from helioscribe.runtime.plots.sequence import draw_sequence

__all__ = [
    "Picture", "around", "background_picture", "detections_shown", "film_sheet", "image_picture", "light_curve_of",
    "light_curve_picture", "observation_picture", "picture_kind", "product_of", "scores_of", "seen_during",
    "sequence_picture", "thumbnail",
]  # fmt: skip

_LARGEST = 1 << 30
_MOST_EVENTS = 10_000
_CLOSE, _SMALL = 96, 256
"""Pixels a side of the surroundings of an X-ray source, and most of a small picture."""

_LEAST_ROOM = timedelta(minutes=10)
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
    image = _image_of(artifacts, observation)
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
    sequence = product_of(artifacts, observation)
    if not isinstance(sequence, ImageSequence):
        raise NotFoundError(f"{observation.name}: its product is no sequence of images")
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


def detections_shown(
    catalogue: Catalogue, observation: Observation, detector: str | None, event: Event | None
) -> list[Detection]:
    """Return the detections behind an event, or else what the last run of each detector found."""
    runs = catalogue.runs(observation_id=observation.id, detector=detector)
    last = {run.method.detector: run for run in runs}
    found = [one for run in last.values() for one in run.detections]
    if event is None:
        return found
    return [one for run in runs for one in run.detections if one.id in event.detection_ids] or found


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


def background_picture(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return the pixels of an image alone, in the instrument's colours: what a drawing of the disk lies on."""
    image = _image_of(artifacts, observation)
    return Picture(data=_painted(image, np.where(image.mask, np.nan, image.pixels)))


def thumbnail(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return a small picture of an image: all of it, or of a large X-ray map the surroundings of its peak."""
    image = _image_of(artifacts, observation)
    values = np.where(image.mask, np.nan, image.pixels)
    if image.channel.endswith("keV") and min(values.shape) > _CLOSE and np.isfinite(values).any():
        middle = np.unravel_index(np.nanargmax(values), values.shape)
        rows, columns = (_window(int(at), size) for at, size in zip(middle, values.shape, strict=True))
        values = values[rows, columns]
    step = -(-max(values.shape) // _SMALL)
    return Picture(data=_painted(image, values[::step, ::step]))


def _window(middle: int, size: int) -> slice:
    start = min(max(0, middle - _CLOSE // 2), size - _CLOSE)
    return slice(start, start + _CLOSE)


def _image_of(artifacts: ArtifactStore, observation: Observation) -> SolarImage:
    product = product_of(artifacts, observation)
    if not isinstance(product, SolarImage):
        raise NotFoundError(f"{observation.name}: its product is no image of the Sun")
    return product


def _painted(image: SolarImage, values: NDArray[np.floating]) -> bytes:
    """Return values in the colours of their image, as PNG; the page shows where there are none."""
    from matplotlib.image import imsave

    colours, norm = colours_of(image)
    picture = io.BytesIO()
    imsave(picture, colours(norm(np.ma.masked_invalid(values))), origin="lower", format="png")
    return picture.getvalue()


def film_sheet(artifacts: ArtifactStore, observation: Observation) -> Picture:
    """Return the frames of a sequence one below the other. Raises `NotFoundError` if it is none."""
    product = product_of(artifacts, observation)
    if not isinstance(product, ImageSequence):
        raise NotFoundError(f"{observation.name}: its product is no sequence of images")
    return Picture(data=draw_sheet(product), media_type="image/jpeg")


def product_of(artifacts: ArtifactStore, observation: Observation) -> Product:
    """Return the data of an observation."""
    return decode_product(artifacts.get(observation.product_key, limit=_LARGEST))


def light_curve_of(artifacts: ArtifactStore, observation: Observation) -> LightCurve:
    """Return the data of an observation. Raises `NotFoundError` if it is no light curve."""
    if observation.product_kind != LightCurve.kind:
        raise NotFoundError(f"{observation.name}: {observation.product_kind} has no light curve")
    product = product_of(artifacts, observation)
    if not isinstance(product, LightCurve):
        raise NotFoundError(f"{observation.name}: its product is no light curve")
    return product


def scores_of(
    catalogue: Catalogue, artifacts: ArtifactStore, observation: Observation, detector: str | None
) -> ScoreSeries | None:
    """Return the scores of a detector's last run on an observation; None if it left none."""
    runs = [run for run in catalogue.runs(observation_id=observation.id, detector=detector) if run.scores_key]
    return decode_scores(artifacts.get(runs[-1].scores_key, limit=_LARGEST)) if runs else None


def seen_during(event: Event, curve: LightCurve) -> TimeRange:
    """Return an event's span by the observer's clock."""
    return event.time_range.shifted(-timedelta(seconds=curve.light_travel_time or 0.0))


def around(event: Event, curve: LightCurve) -> TimeRange:
    """Return an event's span by the observer's clock, with room on both sides."""
    seen, whole = seen_during(event, curve), curve.time_range
    room = max(seen.duration, _LEAST_ROOM)
    start, end = max(seen.start - room, whole.start), min(seen.end + room, whole.end)
    return TimeRange(start=start, end=end) if start < end else whole
