"""Compares the detections of champion and shadow of a model on the same observations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from helioscribe.domain.comparison import Comparison, compare
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.model import Alias
from helioscribe.domain.observation import Observation
from helioscribe.domain.sighting import Sighting
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.ports.models import ModelRegistry

__all__ = ["Sided", "side_by_side", "versions_of"]

_MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sided:
    """Detections of two versions on one observation."""

    observation: Observation
    """The observation."""

    comparison: Comparison
    """Comparison of the detections, with those of the first version first."""


def versions_of(models: ModelRegistry, detector: str) -> tuple[str, str]:
    """Return the versions of champion and shadow. Raises `NotFoundError` if one of the roles is not taken."""
    held = models.aliases(detector)
    for alias in (Alias.CHAMPION, Alias.SHADOW):
        if alias not in held:
            raise NotFoundError(f"model {detector} has no {alias.value}")
    return held[Alias.CHAMPION], held[Alias.SHADOW]


def side_by_side(
    catalogue: Catalogue, *, detector: str, versions: tuple[str, str], time_range: TimeRange | None = None
) -> Iterator[Sided]:
    """Yield the observations on which two versions ran with the same parameters, by time.

    Parameters
    ----------
    catalogue
        Catalogue with the runs.
    detector
        Id of the detector.
    versions
        Two versions of its model.
    time_range
        Only observations that overlap it, UTC at the observer.
    """
    for observation in catalogue.observations(time_range=time_range, limit=_MOST):
        runs = catalogue.runs(observation_id=observation.id, detector=detector)
        first, second = (_newest(runs, version) for version in versions)
        if first is not None and second is not None:
            yield Sided(observation=observation, comparison=compare(_sightings(first), _sightings(second)))


def _newest(runs: list[RecordedRun], version: str) -> RecordedRun | None:
    return next((run for run in reversed(runs) if run.method.model_version == version), None)


def _sightings(run: RecordedRun) -> list[Sighting]:
    return [Sighting.of(detection, run.at) for detection in run.detections]
