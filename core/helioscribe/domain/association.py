"""Detections become events: pure functions that match, extend, open and close.

An event is what one detector saw of one happening, however often and in however many files it saw it. Detections
belong to the same event if detector, class and instrument agree, their times overlap, and, where both have a place,
their boxes meet once the Sun has turned. The newest run's values win: a newer version of a file or a newer model
revises the event instead of doubling it. Detections of one run are distinct by its own word and never share an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helioscribe.domain.detection import Detection
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.event_record import event_of
from helioscribe.domain.times import TimeRange

__all__ = ["EventChange", "associate", "search_span"]

_REACH = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """A new revision of an event, and why."""

    event: Event
    """As it is from now on; revision 1 opens it."""

    reason: str
    """In words, for the log."""


def search_span(detections: Sequence[Detection]) -> TimeRange:
    """Return the span, UTC at the Earth, in which events that `detections` may belong to are found."""
    start = min(detection.time_range.start for detection in detections)
    end = max(detection.time_range.end for detection in detections)
    return TimeRange(start=start - _REACH, end=end + _REACH)


def associate(detections: Iterable[Detection], events: Iterable[Event], *, at: datetime) -> list[EventChange]:
    """Return what the detections change in the catalogue.

    Parameters
    ----------
    detections
        New ones, in any order; those that events rest on already change nothing.
    events
        What the catalogue holds in `search_span` of the detections.
    at
        The moment that counts as now.

    Returns
    -------
    list
        Changes in the order in which they must be applied.
    """
    current = {event.id: event for event in events if event.status is not EventStatus.RETRACTED}
    known = {detection_id for event in current.values() for detection_id in event.detection_ids}
    changes: list[EventChange] = []
    for detection in sorted(detections, key=_order):
        if detection.id in known:
            continue
        known.add(detection.id)
        change = _place(detection, current, at)
        current[change.event.id] = change.event
        changes.append(change)
    return changes


def _order(detection: Detection) -> tuple[object, ...]:
    return (detection.time_range.start, detection.time_range.end, detection.id)


def _place(detection: Detection, current: dict[str, Event], at: datetime) -> EventChange:
    fresh = event_of(detection, at=at)
    matches = [event for event in current.values() if _same(fresh, event)]
    if not matches:
        return EventChange(event=fresh, reason="first detection")
    # The closest in time, and of equals always the same one.
    best = min(matches, key=lambda event: (_distance(fresh, event), event.id))
    return _revise(best, fresh)


def _same(fresh: Event, event: Event) -> bool:
    if (fresh.event_type, fresh.detector, fresh.obs_instrument) != (
        event.event_type,
        event.detector,
        event.obs_instrument,
    ):
        return False
    if _run_of(fresh) == _run_of(event):
        return False
    return _shared(fresh, event) > timedelta(0) and _near(fresh, event)


def _run_of(event: Event) -> tuple[object, ...]:
    # What one detector found in one product with one set of parameters is told apart by the detector itself.
    return (event.observation_ids[-1:], event.frm_paramset)


def _shared(a: Event, b: Event) -> timedelta:
    return min(a.event_endtime, b.event_endtime) - max(a.event_starttime, b.event_starttime)


def _distance(a: Event, b: Event) -> timedelta:
    middle = (a.event_peaktime or a.event_starttime), (b.event_peaktime or b.event_starttime)
    return abs(middle[0] - middle[1])


def _near(a: Event, b: Event) -> bool:
    if a.noposition or b.noposition:
        return True
    turned = _SYNODIC * ((b.event_starttime - a.event_starttime) / timedelta(days=1)) if _heliographic(a, b) else 0.0
    return (
        a.boundbox_c1ll + turned <= b.boundbox_c1ur
        and b.boundbox_c1ll <= a.boundbox_c1ur + turned
        and a.boundbox_c2ll <= b.boundbox_c2ur
        and b.boundbox_c2ll <= a.boundbox_c2ur
    )


_SYNODIC = 13.2
"""Mean synodic rotation of sunspot latitudes in Stonyhurst longitude [deg/day] (Snodgrass & Ulrich 1990, 15 deg)."""


def _heliographic(a: Event, b: Event) -> bool:
    return a.event_coordsys == b.event_coordsys == "UTC-HGS-TOPO"


def _revise(event: Event, fresh: Event) -> EventChange:
    revised = replace(
        fresh,
        id=event.id,
        revision=event.revision + 1,
        detection_ids=(*event.detection_ids, *fresh.detection_ids),
        observation_ids=(*(i for i in event.observation_ids if i not in fresh.observation_ids), *fresh.observation_ids),
    )
    if event.status is EventStatus.OPEN and revised.status is EventStatus.CLOSED:
        return EventChange(event=revised, reason="closed by later data")
    return EventChange(event=revised, reason=f"seen again by {fresh.frm_specificid}")
