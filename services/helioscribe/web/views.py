"""What pages show that takes more than one question to find out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from helioscribe.domain.detection import Detection, Value
from helioscribe.domain.errors import HelioscribeError, NotFoundError
from helioscribe.domain.event import EVENT_CLASSES, Event, hek_record
from helioscribe.domain.happening import Happening, group_happenings
from helioscribe.domain.hek.schema import columns
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.sighting import LASTING
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue, EventQuery, Revision
from helioscribe.runtime.wording import moment, plain
from helioscribe.sdk.discovery import Plugin
from helioscribe.web.backend import Backend

__all__ = ["card_view", "citation", "detector_names", "event_view", "happening_of", "serving"]

_MOST_DETECTIONS = 50
_MOST_LISTED = 12
_MOST_NEAR = 150
_ROOM, _LASTING_ROOM = timedelta(minutes=10), timedelta(hours=6)
"""How far from an event other records of its happening are looked for."""

_OF_EVERY_REVISION = frozenset({"revision", "frm_daterun", "frm_paramset", "frm_specificid"})


def serving(backend: Backend, detectors: Sequence[Plugin]) -> dict[str, str]:
    """Return which model version serves, by detector; only those that have one."""
    found = {}
    for detector in detectors:
        with suppress(NotFoundError):
            found[detector.name] = backend.models.resolve(detector.name).version
    return found


def detector_names(backend: Backend, events: Sequence[Event]) -> list[str]:
    """Return whom one may filter by: those that there are, and those that events come from."""
    names = {event.detector for event in events}
    with suppress(HelioscribeError):  # the page is of use without them
        names |= {detector.name for detector in backend.detectors()}
    return sorted(names - {""})


def event_view(backend: Backend, event: Event) -> dict[str, Any]:
    """Return everything that is known of an event: its record in groups, its detections, its revisions."""
    record = {name: value for name, value in hek_record(event).items() if value not in (None, "") and name != "refs"}
    detections = [_detection(backend.catalogue, name) for name in event.detection_ids[:_MOST_DETECTIONS]]
    observations = [_observation(backend.catalogue, name) for name in event.observation_ids]
    revisions = backend.catalogue.revisions(event.id)
    return {
        "event": event,
        "groups": _groups(record, event),
        "units": _units(record),
        "detections": [detection for detection in detections if detection],
        "observations": [observation for observation in observations if observation],
        "revisions": revisions[::-1],
        "changes": _changes(revisions),
        "links": _links(event),
    }


def happening_of(catalogue: Catalogue, event: Event) -> Happening | None:
    """Return what other methods saw of the same happening; None if nobody else did."""
    room = _LASTING_ROOM if event.event_type in LASTING else _ROOM
    span = TimeRange(start=event.event_starttime - room, end=event.event_endtime + room)
    near = catalogue.search(EventQuery(time_range=span, event_types=(event.event_type,), limit=_MOST_NEAR))
    found = group_happenings([event, *near])
    return next((one for one in found if len(one.members) > 1 and event in one.members), None)


def citation(event: Event, name: str, address: str) -> str:
    """Return how to cite an event in a text: what, when, by which method and version, its name and address."""
    version = "" if event.frm_versionnumber is None else f" {event.frm_versionnumber:g}"
    what = f"{EVENT_CLASSES[event.event_type]} of {moment(event.event_starttime)} UTC"
    return f"{what}, {event.frm_name}{version} ({event.frm_institute}), revision {event.revision}, {name}, {address}"


def _changes(revisions: Sequence[Revision]) -> dict[int, dict[str, tuple[Any, Any]]]:
    """Return what each revision changed, by its number: columns with their values before and after."""
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    before: dict[str, Value | None] = {}
    for revision in revisions:
        now = {name: value for name, value in hek_record(revision.event).items() if name not in _OF_EVERY_REVISION}
        names = [name for name in now | before if now.get(name) != before.get(name)] if before else []
        shown = {name: (_short(before.get(name)), _short(now.get(name))) for name in names[:_MOST_LISTED]}
        changes[revision.event.revision], before = shown, now
    return changes


def _links(event: Event) -> list[tuple[str, str]]:
    """Return names and addresses of what an imported record refers to; of pages only."""
    try:
        rows = json.loads(str(event.attributes.get("refs", "[]")))
        found = [(str(row["ref_name"]), str(row["ref_url"])) for row in rows]
    except (ValueError, TypeError, KeyError):
        return []
    return [(name or url, url) for name, url in found if url.startswith(("http://", "https://"))][:_MOST_LISTED]


def _short(value: Value | None) -> Value:
    return "nothing" if value in (None, "") else value if not isinstance(value, str) else value[:80]


def card_view(card: ModelCard) -> dict[str, Any]:
    """Return a model card with its nested parts laid flat, for tables."""
    parts = {
        "What it means for others": card.canvas,
        "Metrics": card.metrics,
        "Thresholds": card.thresholds,
        "Dataset": card.dataset,
        "Recipe": card.recipe,
    }
    return {"card": card, "parts": {name: dict(_flat(part)) for name, part in parts.items() if part}}


def _flat(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} · ")
        elif not isinstance(value, (list, tuple)) or len(value) <= _MOST_LISTED:
            yield f"{above}{name}", ", ".join(map(plain, value)) if isinstance(value, (list, tuple)) else value


def _groups(record: dict[str, Value], event: Event) -> dict[str, dict[str, Value]]:
    measured = {name: record[name] for name in event.attributes if name in record}
    rest = {name: value for name, value in record.items() if name not in measured}
    method = {name: value for name, value in rest.items() if name.startswith("frm_")}
    what = {name: value for name, value in rest.items() if name not in method}
    return {"Measured": measured, "Record": what, "Method": method}


def _units(record: Mapping[str, Value]) -> dict[str, str]:
    """Return the units that other columns of a record give its numbers."""
    known = {name: columns()[name].unit for name in record if name in columns()}
    return {name: str(record[unit]).partition(",")[0] for name, unit in known.items() if unit in record}


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
