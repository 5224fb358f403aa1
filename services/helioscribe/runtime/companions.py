"""Scores of the images that were taken during an event, such as a flare in a light curve.

Images and event are matched by the clock of the instrument, so that the position of the spacecraft does not matter.
Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from helioscribe.adapters.product_codec import decode_scores
from helioscribe.domain.embedding import is_component, split_space
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import SolarImage
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.ports.embeddings import EmbeddingStore

__all__ = ["ImageWord", "images_during", "words_about", "words_beside", "words_of_images"]

_LARGEST = 1 << 20
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWord:
    """Scores that one detector gave one image in its last run."""

    observation: Observation
    """The image."""

    detector: str
    """Id of the detector."""

    model_version: str
    """Version of its model, which the numbers of clusters belong to."""

    scores: Mapping[str, float]
    """Scores by name, such as ``cluster``, ``anomaly``, ``multiple``."""

    @property
    def told(self) -> dict[str, float]:
        """Scores that mean something to people; components of embeddings are left out."""
        return {name: value for name, value in self.scores.items() if not is_component(name)}

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value:.4g}" for name, value in self.told.items())
        return f"{self.observation.id} by {self.detector} {self.model_version}: {said}"


def images_during(catalogue: Catalogue, event: Event) -> list[Observation]:
    """Return the images that the instrument of an event took during the event, in order of time.

    Raises
    ------
    NotFoundError
        If a detection of the event is not in the catalogue.
    """
    if not event.detection_ids:
        return []
    span = catalogue.detection(event.detection_ids[0]).time_range
    for other in event.detection_ids[1:]:
        span = span.union(catalogue.detection(other).time_range)
    seen = catalogue.observations(time_range=span, instrument=event.obs_instrument, limit=_MOST)
    return [one for one in seen if one.product_kind == SolarImage.kind]


def words_of_images(catalogue: Catalogue, artifacts: ArtifactStore, event: Event) -> list[ImageWord]:
    """Return the scores of the images during an event, in order of time. Raises as `images_during` does."""
    images = images_during(catalogue, event)
    return [word for image in images for word in words_about(catalogue, artifacts, image)]


def words_beside(embeddings: EmbeddingStore, image: Observation) -> list[ImageWord]:
    """Return the scores of an image by every model that has stored an embedding of it."""
    words = []
    for space in embeddings.spaces():
        detector, version, _ = split_space(space)
        with suppress(NotFoundError):
            scores = embeddings.get(space, image.id).scores
            words.append(ImageWord(observation=image, detector=detector, model_version=version, scores=scores))
    return words


def words_about(
    catalogue: Catalogue, artifacts: ArtifactStore, image: Observation, *, detector: str | None = None
) -> Iterator[ImageWord]:
    """Yield the scores of each detector's last run on an image, or of the last run of one detector."""
    runs = catalogue.runs(observation_id=image.id, detector=detector)
    last: dict[str, RecordedRun] = {run.method.detector: run for run in runs}
    for name, run in sorted(last.items()):
        if run.scores_key:
            series = decode_scores(artifacts.get(run.scores_key, limit=_LARGEST))
            if len(series.values):
                named = dict(zip(series.names, map(float, series.values[0]), strict=True))
                yield ImageWord(observation=image, detector=name, model_version=run.method.model_version, scores=named)
