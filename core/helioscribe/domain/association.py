"""Makes events out of detections, with pure functions.

An event is what one detector saw of one phenomenon, in however many runs and files. The events follow from the set of
detections alone; it does not matter in which order or in which portions the detections arrive:

1. Two detections of one run are never the same event. Runs are processed from the newest to the oldest. A detection
   that repeats one of a newer run is assigned to that one's event (the closest, if there are several) and does not
   change the record.
2. Events that were cut at the boundary between two files are joined.
3. The values of a record are those of the newest run, except for the class if a person has changed it.
4. Detections of a withdrawn model are left out. An event that has no other detections is retracted; an event that they
   had replaced returns.

Only the id of an event depends on history: it is made from the first detection of the record, and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.event_record import event_id, event_of
from helioscribe.domain.review import DETECTED_AS, relabelled
from helioscribe.domain.rotation import apparent
from helioscribe.domain.sighting import Rotation, Sighting, continues, overlap, repeats

__all__ = ["MERGED", "WITHDRAWN", "EventChange", "associate"]

MERGED = "hs_merged_into"
"""Attribute of a retracted event: the id of the event that its detections belong to now."""


WITHDRAWN = "hs_withdrawn_model"
"""Attribute of a retracted event: the version of the withdrawn model that had detected it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """A new revision of an event, with the reason."""

    event: Event
    """The event as it is from now on. Revision 1 is a new event."""

    reason: str
    """Reason of the change in words, for the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The detections of one event: the newest ones, one for each part in time, and those of older runs."""

    leads: list[Sighting]
    repeats: list[Sighting]

    @property
    def members(self) -> list[Sighting]:
        return sorted(self.leads + self.repeats, key=lambda one: one.order)


def associate(
    sightings: Iterable[Sighting], events: Iterable[Event], *, rotate: Rotation = apparent
) -> list[EventChange]:
    """Return the changes of events that follow from detections.

    Parameters
    ----------
    sightings
        New detections in any order, and all earlier detections of `events`.
    events
        The events that these detections already belong to, retracted ones included.
    rotate
        Moves a position to another time and observer, so that positions can be compared.

    Returns
    -------
    list
        At most one change for each event; none for events that stay as they are.
    """
    known = {event.id: event for event in events}
    families: dict[tuple[str, str, str], list[Sighting]] = defaultdict(list)
    everything = {one.id: one for one in sightings}
    for sighting in sorted((one for one in everything.values() if one.counts), key=lambda one: one.order):
        families[sighting.family].append(sighting)
    groups = [group for _, family in sorted(families.items()) for group in _joined(_grouped(family, rotate), rotate)]
    settled = [change for group in groups for change in _settled(group, known)]
    return settled + _withdrawn(known.values(), everything.values())


def _withdrawn(events: Iterable[Event], sightings: Iterable[Sighting]) -> list[EventChange]:
    """Return the retractions of events that have only detections of withdrawn models."""
    out = {event_id(one): one.detection.source.method.model_version for one in sightings if not one.counts}
    return [
        EventChange(event=_retracted(event, WITHDRAWN, out[event.id]), reason=f"model {out[event.id]} was withdrawn")
        for event in events
        if event.id in out and event.status is not EventStatus.RETRACTED
    ]


def _grouped(family: Sequence[Sighting], rotate: Rotation) -> list[_Group]:
    groups: list[_Group] = []
    for _, run in groupby(reversed(family), key=lambda one: one.run):
        newer = list(groups)
        for sighting in run:
            homes = [group for group in newer if repeats(sighting, group.leads[0], rotate)]
            if homes:
                max(homes, key=lambda group: _likeness(sighting, group.leads[0])).repeats.append(sighting)
            else:
                groups.append(_Group(leads=[sighting], repeats=[]))
    return groups


def _likeness(sighting: Sighting, lead: Sighting) -> tuple[object, ...]:
    # Starts decide where one event of the older run covers several of the newer one, order where nothing else does.
    apart = abs(sighting.detection.time_range.start - lead.detection.time_range.start)
    return (overlap(sighting, lead), -apart, lead.order)


def _joined(groups: Iterable[_Group], rotate: Rotation) -> list[_Group]:
    joined: list[_Group] = []
    for group in groups:
        parts = [one for one in joined if any(continues(group.leads[0], lead, rotate) for lead in one.leads)]
        joined = [one for one in joined if not any(one is part for part in parts)]
        whole = [group, *parts]
        joined.append(
            _Group(
                leads=[lead for one in whole for lead in one.leads],
                repeats=[older for one in whole for older in one.repeats],
            )
        )
    return joined


def _settled(group: _Group, known: Mapping[str, Event]) -> list[EventChange]:
    members = group.members
    founded = [known[name] for name in map(event_id, members) if name in known]
    owner = _owner(founded)
    name = owner.id if owner else event_id(members[0])
    fresh = event_of(name, leads=group.leads, members=members)
    if owner is None:
        return [EventChange(event=fresh, reason="first detection")]
    lost = [event for event in founded if event.status is not EventStatus.RETRACTED and event.id != owner.id]
    return _revision(owner, fresh) + [_tombstone(event, owner) for event in lost]


def _owner(founded: Sequence[Event]) -> Event | None:
    """Return the record to continue: one that is not retracted, else one that a person retracted, else a merged one."""
    return min(founded, key=lambda event: (event.status is EventStatus.RETRACTED, _revivable(event)), default=None)


def _revivable(event: Event) -> bool:
    return MERGED in event.attributes or WITHDRAWN in event.attributes


def _revision(owner: Event, fresh: Event) -> list[EventChange]:
    withdrawn = owner.status is EventStatus.RETRACTED and not _revivable(owner)
    if DETECTED_AS in owner.attributes:
        fresh = relabelled(fresh, owner.event_type)
    fresh = replace(fresh, revision=owner.revision, status=EventStatus.RETRACTED if withdrawn else fresh.status)
    if fresh == owner:
        return []
    return [EventChange(event=replace(fresh, revision=owner.revision + 1), reason=_reason(owner, fresh))]


def _reason(before: Event, after: Event) -> str:
    if before.status is EventStatus.OPEN and after.status is EventStatus.CLOSED:
        return "closed by later data"
    if before.status is EventStatus.RETRACTED and after.status is not EventStatus.RETRACTED:
        return "its model counts again" if WITHDRAWN in before.attributes else "told apart by a newer run"
    if before.frm_specificid != after.frm_specificid:
        return f"seen by a newer run: {after.frm_specificid}"
    if before.time_range != after.time_range:
        return "extended by further data"
    return "seen by another run"


def _tombstone(event: Event, owner: Event) -> EventChange:
    gone = _retracted(event, MERGED, owner.id)
    return EventChange(event=gone, reason=f"one event with {owner.id} in a newer run")


def _retracted(event: Event, attribute: str, value: str) -> Event:
    attributes = {**event.attributes, attribute: value}
    return replace(event, status=EventStatus.RETRACTED, revision=event.revision + 1, attributes=attributes)
