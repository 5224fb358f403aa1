"""Collects the origins of an event from the catalogue and the model registry."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.prov_document import Origins, RunOf
from helioscribe.domain.review import SubjectKind
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.models import ModelRegistry

__all__ = ["detections_of", "origins_of"]


def origins_of(catalogue: Catalogue, models: ModelRegistry, event_id: str) -> Origins:
    """Return the origins of an event, as far as this catalogue knows them. Raises `NotFoundError`."""
    revisions = catalogue.revisions(event_id)
    found = detections_of(catalogue, *(one.event for one in revisions))
    return Origins(
        revisions=[(one.event, one.at, one.reason) for one in revisions],
        runs=[RunOf(detection=one, at=_ran(catalogue, one)) for one in found],
        observations=_observations(catalogue, found),
        cards=_cards(models, found),
        reviews=catalogue.reviews(SubjectKind.EVENT, event_id),
    )


def detections_of(catalogue: Catalogue, *events: Event) -> list[Detection]:
    """Return the detections of events that this catalogue has, each once."""
    found = []
    for detection_id in dict.fromkeys(name for event in events for name in event.detection_ids):
        with suppress(NotFoundError):  # imported records name detections of other catalogues
            found.append(catalogue.detection(detection_id))
    return found


def _ran(catalogue: Catalogue, detection: Detection) -> datetime | None:
    source = detection.source
    for observation_id in source.observation_ids:
        for run in catalogue.runs(observation_id=observation_id, detector=source.method.detector):
            if run.method.id == source.method.id:
                return run.at
    return None


def _observations(catalogue: Catalogue, detections: list[Detection]) -> dict[str, Observation]:
    found = {}
    for name in dict.fromkeys(name for one in detections for name in one.source.observation_ids):
        with suppress(NotFoundError):
            found[name] = catalogue.observation(name)
    return found


def _cards(models: ModelRegistry, detections: list[Detection]) -> dict[str, ModelCard]:
    found = {}
    for method in {one.source.method.model_sha256: one.source.method for one in detections}.values():
        with suppress(NotFoundError):
            card = models.card(method.detector, method.model_version)
            found[card.sha256] = card
    return found
