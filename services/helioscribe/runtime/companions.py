"""What images say of an event that was seen in something else: clusters and scores at the same time.

A flare in a light curve and its image belong together by the instrument's own clock, wherever the spacecraft was; no
record is changed by it, so that neither waits for the other.
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
    """What one detector's last run says of one image."""

    observation: Observation
    """The image."""

    detector: str
    """Whose word."""

    model_version: str
    """Of which model: cluster ids are that model's."""

    scores: Mapping[str, float]
    """By name, such as ``cluster``, ``anomaly``, ``multiple``."""

    @property
    def told(self) -> dict[str, float]:
        """The scores that say something to a reader."""
        return {name: value for name, value in self.scores.items() if not is_component(name)}

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value:.4g}" for name, value in self.told.items())
        return f"{self.observation.id} by {self.detector} {self.model_version}: {said}"


def images_during(catalogue: Catalogue, event: Event) -> list[Observation]:
    """Return the images of the event's instrument during the event, by time.

    Raises
    ------
    NotFoundError
        If the event rests on a detection that is not known.
    """
    if not event.detection_ids:
        return []
    span = catalogue.detection(event.detection_ids[0]).time_range
    for other in event.detection_ids[1:]:
        span = span.union(catalogue.detection(other).time_range)
    seen = catalogue.observations(time_range=span, instrument=event.obs_instrument, limit=_MOST)
    return [one for one in seen if one.product_kind == SolarImage.kind]


def words_of_images(catalogue: Catalogue, artifacts: ArtifactStore, event: Event) -> list[ImageWord]:
    """Return what detectors said of the images during an event, by time. Raises as `images_during`."""
    images = images_during(catalogue, event)
    return [word for image in images for word in words_about(catalogue, artifacts, image)]


def words_beside(embeddings: EmbeddingStore, image: Observation) -> list[ImageWord]:
    """Return what every model that knows an image says of it, as it stands beside its vectors."""
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
    """Yield the word of each detector's last run on an image, or of one detector's."""
    runs = catalogue.runs(observation_id=image.id, detector=detector)
    last: dict[str, RecordedRun] = {run.method.detector: run for run in runs}
    for name, run in sorted(last.items()):
        if run.scores_key:
            series = decode_scores(artifacts.get(run.scores_key, limit=_LARGEST))
            if len(series.values):
                named = dict(zip(series.names, map(float, series.values[0]), strict=True))
                yield ImageWord(
                    observation=image, detector=name, model_version=run.method.model_version, scores=named
                )
