"""What pages show that takes more than one question to find out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helioscribe.domain.detection import Detection, Value
from helioscribe.domain.errors import HelioscribeError, NotFoundError
from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.observation import Observation
from helioscribe.ports.catalogue import Catalogue
from helioscribe.sdk.discovery import Plugin
from helioscribe.web.backend import Backend

__all__ = ["DetectorView", "detector_views", "event_view"]

_MOST_DETECTIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorView:
    """A detector and the model that it serves."""

    plugin: Plugin
    """As installed."""

    serving: str
    """Version of the model that serves; empty without one."""


def detector_views(backend: Backend) -> list[DetectorView]:
    """Return all detectors, the broken ones too."""
    return [DetectorView(plugin=plugin, serving=_serving(backend, plugin)) for plugin in backend.plugins()]


def _serving(backend: Backend, plugin: Plugin) -> str:
    if plugin.manifest is None or not plugin.manifest.models:
        return ""
    try:
        return backend.models.resolve(plugin.name).version
    except NotFoundError:
        return f"{plugin.manifest.model_version}, which ships with it, from the first run on"


def event_view(backend: Backend, event: Event) -> dict[str, Any]:
    """Return everything that is known of an event: its record in groups, its detections, its revisions."""
    record = {name: value for name, value in hek_record(event).items() if value not in (None, "")}
    detections = [_detection(backend.catalogue, name) for name in event.detection_ids[:_MOST_DETECTIONS]]
    observations = [_observation(backend.catalogue, name) for name in event.observation_ids]
    return {
        "event": event,
        "groups": _groups(record, event),
        "detections": [detection for detection in detections if detection],
        "observations": [observation for observation in observations if observation],
        "revisions": backend.catalogue.revisions(event.id)[::-1],
        "drawable": any(o and o.product_kind == "light_curve" for o in observations[-1:]),
    }


def _groups(record: dict[str, Value | None], event: Event) -> dict[str, dict[str, Value | None]]:
    measured = {name: record[name] for name in event.attributes if name in record}
    rest = {name: value for name, value in record.items() if name not in measured}
    method = {name: value for name, value in rest.items() if name.startswith("frm_")}
    what = {name: value for name, value in rest.items() if name not in method}
    return {"Measured": measured, "Record": what, "Method": method}


def _detection(catalogue: Catalogue, detection_id: str) -> Detection | None:
    try:
        return catalogue.detection(detection_id)
    except HelioscribeError:
        return None  # imported records name detections of other catalogues


def _observation(catalogue: Catalogue, observation_id: str) -> Observation | None:
    try:
        return catalogue.observation(observation_id)
    except HelioscribeError:
        return None
