"""The data behind observations and events: products, scores and detections."""

from __future__ import annotations

from datetime import timedelta

from helioscribe.adapters.product_codec import decode_product, decode_scores
from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue

__all__ = ["around", "detections_shown", "image_of", "product_of", "scores_of", "seen_during", "sequence_of"]

_LARGEST = 1 << 30
_LEAST_ROOM = timedelta(minutes=10)


def product_of(artifacts: ArtifactStore, observation: Observation) -> Product:
    """Return the data of an observation."""
    return decode_product(artifacts.get(observation.product_key, limit=_LARGEST))


def image_of(artifacts: ArtifactStore, observation: Observation) -> SolarImage:
    """Return the data of an observation. Raises `NotFoundError` if it is no image."""
    product = product_of(artifacts, observation)
    if not isinstance(product, SolarImage):
        raise NotFoundError(f"{observation.name}: its product is no image of the Sun")
    return product


def sequence_of(artifacts: ArtifactStore, observation: Observation) -> ImageSequence:
    """Return the data of an observation. Raises `NotFoundError` if it is no sequence."""
    product = product_of(artifacts, observation)
    if not isinstance(product, ImageSequence):
        raise NotFoundError(f"{observation.name}: its product is no sequence of images")
    return product


def scores_of(
    catalogue: Catalogue, artifacts: ArtifactStore, observation: Observation, detector: str | None
) -> ScoreSeries | None:
    """Return the scores of a detector's last run on an observation; None if it left none."""
    runs = [run for run in catalogue.runs(observation_id=observation.id, detector=detector) if run.scores_key]
    return decode_scores(artifacts.get(runs[-1].scores_key, limit=_LARGEST)) if runs else None


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


def seen_during(event: Event, curve: LightCurve) -> TimeRange:
    """Return an event's span by the observer's clock."""
    return event.time_range.shifted(-timedelta(seconds=curve.light_travel_time or 0.0))


def around(event: Event, curve: LightCurve) -> TimeRange:
    """Return an event's span by the observer's clock, with room on both sides."""
    seen, whole = seen_during(event, curve), curve.time_range
    room = max(seen.duration, _LEAST_ROOM)
    start, end = max(seen.start - room, whole.start), min(seen.end + room, whole.end)
    return TimeRange(start=start, end=end) if start < end else whole
