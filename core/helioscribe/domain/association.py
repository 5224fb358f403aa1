"""Detections become events: pure functions that match, extend, open and close.

An event is what one detector saw of one happening, however often and in however many files it saw it. The events
follow from the detections alone, so that it does not matter in which order or in which portions those come:

1. Detections of one run are distinct by its own word. Runs are taken from the newest to the oldest; a detection that
   repeats what a newer run saw belongs to that event (the closest one) and changes nothing else in it.
2. Events that the edge of the data cut are joined with their other part.
3. What a record says is taken from the newest run, but for the class that people gave it.
4. Detections that no longer count, since their model was withdrawn, are as if they had never been: what rested on them
   alone becomes a tombstone, what they had replaced comes back.

Only an event's id depends on history: it follows from the detection that the record was opened with, and stays.
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
"""Attribute of a tombstone whose detections belong to another event now."""


WITHDRAWN = "hs_withdrawn_model"
"""Attribute of a tombstone that rested on a version of a model which no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """A new revision of an event, and why."""

    event: Event
    """As it is from now on; revision 1 opens it."""

    reason: str
    """In words, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """An event to be: newest views of it, which follow each other in time, and older views of the same."""

    leads: list[Sighting]
    repeats: list[Sighting]

    @property
    def members(self) -> list[Sighting]:
        return sorted(self.leads + self.repeats, key=lambda one: one.order)


def associate(
    sightings: Iterable[Sighting], events: Iterable[Event], *, rotate: Rotation = apparent
) -> list[EventChange]:
    """Return what the detections change in the catalogue.

    Parameters
    ----------
    sightings
        New detections in any order, together with all those that `events` rest on.
    events
        What the catalogue holds already of these detections, tombstones included.
    rotate
        How positions of different times and observers are compared.

    Returns
    -------
    list
        At most one change an event; none where everything is known already.
    """
    known = {event.id: event for event in events}
    families: dict[tuple[str, str, str], list[Sighting]] = defaultdict(list)
    everything = {one.id: one for one in sightings}
    for sighting in sorted((one for one in everything.values() if one.counts), key=lambda one: one.order):
        families[sighting.family].append(sighting)
    groups = [
        group for _, family in sorted(families.items()) for group in _joined(_grouped(family, rotate), rotate)
    ]
    settled = [change for group in groups for change in _settled(group, known)]
    return settled + _bereft(known.values(), everything.values())


def _bereft(events: Iterable[Event], sightings: Iterable[Sighting]) -> list[EventChange]:
    """Return tombstones of events that nothing stands behind any more."""
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
    """Return the record that an event keeps: one that stands, else one that a person withdrew, else a merged one."""
    rank = {True: 0, False: 1}
    return min(
        founded,
        key=lambda event: (rank[event.status is not EventStatus.RETRACTED], rank[not _revivable(event)]),
        default=None,
    )


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
