"""Reads the events that new detections may change, and all detections of these events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.review import Reviewed
from helioscribe.domain.sighting import LASTING, Sighting, overlap
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue, EventQuery

__all__ = ["Neighbourhood", "look_around"]

_MOST_EVENTS = 100_000
# Times of events are at the Earth, those of detections at the observer: light takes 8 minutes over 1 au.
_REACH = timedelta(minutes=30)
_LASTING_REACH = timedelta(days=1, minutes=30)
_TOUCH = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Neighbourhood:
    """The input of an association."""

    sightings: dict[str, Sighting] = field(default_factory=dict)
    """New detections and those of the events, by id."""

    events: dict[str, Event] = field(default_factory=dict)
    """The events by id, retracted ones included."""


def look_around(catalogue: Catalogue, pending: Sequence[Detection]) -> Neighbourhood:
    """Return the events that new detections may change, with all their detections.

    Events are found by the detections near new ones. Their other detections may be near further events, so the search
    is repeated until it finds no more.
    """
    runs = _Runs(catalogue)
    around = Neighbourhood()
    fresh = [runs.sighting(detection) for detection in pending]
    while fresh:
        around.sightings |= {one.id: one for one in fresh}
        met = _met(catalogue, runs, fresh, around)
        fresh = [one for members in met for one in members if one.id not in around.sightings]
    return around


def _met(catalogue: Catalogue, runs: _Runs, fresh: Sequence[Sighting], around: Neighbourhood) -> list[list[Sighting]]:
    met: list[list[Sighting]] = []
    for query in _queries(fresh, runs):
        for event in catalogue.search(query):
            if event.id in around.events:
                continue
            members = runs.behind(event)
            if any(_touch(one, other) for one in members for other in fresh):
                around.events[event.id] = event
                met.append(members)
    return met


def _queries(sightings: Iterable[Sighting], runs: _Runs) -> list[EventQuery]:
    spans: dict[tuple[str, str, str], list[TimeRange]] = {}
    for span, sighting in sorted(((runs.span(one), one) for one in sightings), key=lambda pair: pair[0]):
        near = _widened(span, _reach(sighting))
        known = spans.setdefault(sighting.family, [])
        if known and known[-1].overlaps(near):
            known[-1] = known[-1].union(near)
        else:
            known.append(near)
    return [
        EventQuery(
            time_range=span,
            detectors=(detector,),
            instruments=(instrument,),
            statuses=(),
            reviewed=Reviewed.ANY,
            limit=_MOST_EVENTS,
        )
        for (detector, _, instrument), ranges in spans.items()
        for span in ranges
    ]


def _reach(sighting: Sighting) -> timedelta:
    return _LASTING_REACH if sighting.detection.event_type in LASTING else _REACH


def _touch(a: Sighting, b: Sighting) -> bool:
    gap = _LASTING_REACH if a.detection.event_type in LASTING else _TOUCH
    return a.family == b.family and overlap(a, b) >= -gap


def _widened(span: TimeRange, reach: timedelta) -> TimeRange:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return TimeRange(start=span.start - min(reach, span.start - first), end=span.end + min(reach, last - span.end))


class _Runs:
    """Detections by id with the time of their run; the runs of an observation are read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._read: set[tuple[str, str]] = set()
        self._known: dict[str, Sighting] = {}
        self._spans: dict[str, TimeRange] = {}

    def sighting(self, detection: Detection) -> Sighting:
        source = detection.source
        self._load(source.observation_ids, source.method.detector)
        if detection.id not in self._known:
            raise InvalidInputError(f"detection {detection.id} belongs to no recorded run")
        return self._known[detection.id]

    def span(self, sighting: Sighting) -> TimeRange:
        """Return the time of the whole observation: older detections in it may extend far beyond their event."""
        span = sighting.detection.time_range
        for one in sighting.detection.source.observation_ids:
            if one not in self._spans:
                self._spans[one] = self._catalogue.observation(one).time_range
            span = span.union(self._spans[one])
        return span

    def behind(self, event: Event) -> list[Sighting]:
        self._load(event.observation_ids, event.detector)
        return [self._known[one] for one in event.detection_ids if one in self._known]

    def _load(self, observation_ids: Sequence[str], detector: str) -> None:
        for observation_id in observation_ids:
            if (observation_id, detector) in self._read:
                continue
            self._read.add((observation_id, detector))
            for run in self._catalogue.runs(observation_id=observation_id, detector=detector):
                for detection in run.detections:
                    self._add(Sighting.of(detection, run.at, counts=run.counts))

    def _add(self, sighting: Sighting) -> None:
        # Two files with the same content have the same detections; the earlier run counts, whichever is read first.
        known = self._known.get(sighting.id, sighting)
        self._known[sighting.id] = min(known, sighting, key=lambda one: one.ran)
