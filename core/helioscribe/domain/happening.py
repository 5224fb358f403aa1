"""Groups events that different methods detected into happenings: one phenomenon on the Sun, however often it was seen.

Events are compared in time at the Earth, so that light travel times do not matter, and by their positions on the
surface, rotated to the same time, if both have one. An event behind the limb as seen from the Earth is never grouped
with one that an instrument at the Earth saw. A happening has at most one event of each method and channel; the pairs
that fit best are joined first.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import acos, cos, degrees, hypot, radians, sin

from helioscribe.domain.ephemeris import earth
from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprints
from helioscribe.domain.identity import content_id
from helioscribe.domain.rotation import rotation_rate
from helioscribe.domain.sighting import LASTING

__all__ = ["Happening", "Link", "distance", "group_happenings", "link"]

_SLACK = timedelta(minutes=1)
_UNKNOWN_DELAY = timedelta(minutes=9)  # light takes this long over a little more than 1 au
_STEADY = timedelta(days=5)
"""A light travel time may be used for this long: at 70 km/s, the fastest spacecraft, it changes by 20 s a day."""

_LASTING_SLACK = timedelta(days=1)
_PEAKS = timedelta(minutes=10)
_NEAR = 10.0
_FAR = 30.0
_LIMB = 95.0
_DELAY = 20.0
_ELSEWHERE = ("solar orbiter", "stereo", "parker", "psp", "bepicolombo", "messenger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why two events belong to the same happening."""

    first: str
    """Id of the one event."""

    second: str
    """Id of the other event."""

    score: float
    """How well they fit together, 0 to 1."""

    reasons: tuple[str, ...]
    """Reasons in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Events of one phenomenon on the Sun."""

    id: str
    """Id made from the event whose method ran first, so that later events do not change it."""

    members: tuple[Event, ...]
    """The events, by start time."""

    preferred: Event
    """The event with the most information."""

    why: tuple[str, ...]
    """Why that event is preferred."""

    links: tuple[Link, ...]
    """Why the events belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """An event with the properties by which it is compared."""

    event: Event
    method: tuple[str, str, str, str]
    slack: timedelta
    place: Extent | None


def group_happenings(events: Iterable[Event]) -> list[Happening]:
    """Group events into happenings, in order of time. Each event belongs to exactly one.

    The result does not depend on the order of the events.
    """
    ordered = sorted({event.id: event for event in events}.values(), key=lambda one: (one.event_starttime, one.id))
    found = sorted(_links(_records(ordered)), key=lambda one: (-one.score, one.first, one.second))
    groups = {event.id: [event] for event in ordered}
    links: dict[str, list[Link]] = {event.id: [] for event in ordered}
    for one in found:
        here, there = groups[one.first], groups[one.second]
        if here is there:
            continue
        if {_method(event) for event in here} & {_method(event) for event in there}:
            continue
        joined, reasons = here + there, links[one.first] + links[one.second] + [one]
        for event in joined:
            groups[event.id], links[event.id] = joined, reasons
    unique = {id(group): (group, links[group[0].id]) for group in groups.values()}
    made = [_made(group, reasons) for group, reasons in unique.values()]
    return sorted(made, key=lambda one: (one.members[0].event_starttime, one.id))


def _made(group: Sequence[Event], links: Sequence[Link]) -> Happening:
    members = sorted(group, key=lambda one: (one.event_starttime, one.id))
    founder = min(members, key=lambda one: (one.frm_daterun, one.id))
    preferred = max(members, key=lambda one: (*_merits(one).values(), one.event_probability or 0.0, one.id))
    why = tuple(words for words, has in _merits(preferred).items() if has)
    return Happening(
        id=content_id("sup", event=founder.id),
        members=tuple(members),
        preferred=preferred,
        why=why if len(members) > 1 else ("the only record",),
        links=tuple(links),
    )


def _merits(event: Event) -> dict[str, bool]:
    return {
        "has a GOES class": bool(event.attributes.get("fl_goescls")),
        "identified by a person": event.frm_humanflag,
        "has a place": not event.noposition,
        "has a peak time": event.event_peaktime is not None,
    }


def _method(event: Event) -> tuple[str, str, str, str]:
    # Some methods look at every channel by itself.
    return (event.detector, event.frm_name, event.obs_instrument, event.obs_channelid)


def _records(events: Sequence[Event]) -> list[_Record]:
    """Return the events with what they are compared by, in order of time at the Earth."""
    delays = _delays(events)
    found = [_at_earth(event, delays) for event in events]
    records = [
        _Record(event=event, method=_method(event), slack=_slack(event), place=place.surface)
        for event, place in zip(found, footprints(found), strict=True)
    ]
    return sorted(records, key=lambda one: (one.event.event_starttime, one.event.id))


def _delays(events: Sequence[Event]) -> dict[str, list[tuple[datetime, float]]]:
    """Return the light travel times [s] of the events that have one, by observatory and in order of time."""
    found: dict[str, list[tuple[datetime, float]]] = {}
    for event in events:
        delay = event.attributes.get("hs_light_travel_time")
        if isinstance(delay, int | float):
            found.setdefault(event.obs_observatory, []).append((event.event_starttime, float(delay)))
    return {observatory: sorted(known) for observatory, known in found.items()}


def _at_earth(event: Event, delays: Mapping[str, Sequence[tuple[datetime, float]]]) -> Event:
    """Return an event in time at the Earth, if the light travel time is known from another event of its observatory."""
    known = delays.get(event.obs_observatory, ())
    if not known or not _by_the_observer(event):
        return event
    place = bisect(known, (event.event_starttime, 0.0))
    when, delay = min(known[max(place - 1, 0) : place + 1], key=lambda one: abs(one[0] - event.event_starttime))
    if abs(when - event.event_starttime) > _STEADY:
        return event
    shift, peak = timedelta(seconds=delay), event.event_peaktime
    return replace(
        event,
        event_starttime=event.event_starttime + shift,
        event_endtime=event.event_endtime + shift,
        event_peaktime=peak + shift if peak else None,
        attributes={**event.attributes, "hs_time_frame": "earth"},
    )


def _by_the_observer(event: Event) -> bool:
    return event.attributes.get("hs_time_frame") == "observer"


def _links(ordered: Sequence[_Record]) -> Iterator[Link]:
    longest = max((record.slack for record in ordered), default=_SLACK)
    for number, record in enumerate(ordered, start=1):
        end = record.event.event_endtime + record.slack
        for later in range(number, len(ordered)):
            other = ordered[later]
            start = other.event.event_starttime
            if start - longest > end:  # and so are all that start later
                break
            if start - other.slack <= end and (found := _link(record, other)):
                yield found


def _slack(event: Event) -> timedelta:
    if event.event_type in LASTING:
        return _LASTING_SLACK
    return _UNKNOWN_DELAY if _by_the_observer(event) else _SLACK


def link(one: Event, other: Event) -> Link | None:
    """Return why two events belong to one happening, or None if they do not."""
    first, second = sorted((one, other), key=lambda event: (event.event_starttime, event.id))
    return _link(*_records([first, second]))


def _link(here: _Record, there: _Record) -> Link | None:
    first, second = here.event, there.event
    if first.event_type != second.event_type or here.method == there.method:
        return None
    common = min(first.event_endtime, second.event_endtime) - second.event_starttime
    slack, where = _clocks(here, there)
    if common < -slack or not _peaks_fit(first, second, slack):
        return None
    near = _nearness(here, there)
    if near is None:
        return None
    closeness, words = near
    longest = max(first.event_endtime, second.event_endtime) - first.event_starttime
    share = max(common, timedelta(0)) / longest if longest else 1.0
    times = f"share {_told(max(common, timedelta(0)))} {where}"
    return Link(first=first.id, second=second.id, score=(share + closeness) / 2, reasons=(times, words))


def _told(time: timedelta) -> str:
    minutes = time.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _clocks(here: _Record, there: _Record) -> tuple[timedelta, str]:
    """Return how far apart the times of two events may be, and in words which times are compared."""
    slack, whose = max(here.slack, there.slack), [_by_the_observer(one.event) for one in (here, there)]
    if not any(whose):
        return slack, "at the Earth"
    if all(whose) and here.event.obs_observatory == there.event.obs_observatory:
        return slack if here.event.event_type in LASTING else _SLACK, "at the observer"
    return slack, "without regard to the light travel time, which is unknown"


def _peaks_fit(one: Event, other: Event, slack: timedelta) -> bool:
    # Hard X-rays peak while soft X-rays still rise (Neupert 1968, ApJ 153, L59), so peaks may be minutes apart.
    if one.event_type in LASTING or one.event_peaktime is None or other.event_peaktime is None:
        return True
    shorter = min(one.event_endtime - one.event_starttime, other.event_endtime - other.event_starttime)
    return abs(one.event_peaktime - other.event_peaktime) <= max(_PEAKS, shorter / 2) + slack


def _nearness(first: _Record, second: _Record) -> tuple[float, str] | None:
    """Return how near the positions are, 0 to 1, and that in words; None if they are too far apart."""
    if _hidden(first, second.event) or _hidden(second, first.event):
        return None
    here, there = first.place, second.place
    if here is None or there is None:
        return 0.25, "the position of one is unknown"
    apart = distance(here, there, second.event.event_starttime - first.event.event_starttime)
    reach = min(max(_NEAR, _radius(here) + _radius(there)), _FAR)
    if apart > reach:
        return None
    return 1 - apart / (2 * reach), f"{apart:.1f} degrees apart after rotation to the same time"


def distance(here: Extent, there: Extent, later: timedelta) -> float:
    """Return the angle between two positions on the surface [deg], the first one rotated to the time of the second."""
    longitude = here.x + rotation_rate(here.y) * (later / timedelta(days=1))
    return _angle(longitude, here.y, there.x, there.y)


def _angle(x1: float, y1: float, x2: float, y2: float) -> float:
    across = cos(radians(y1)) * cos(radians(y2)) * cos(radians(x1 - x2)) + sin(radians(y1)) * sin(radians(y2))
    return degrees(acos(max(-1.0, min(1.0, across))))


def _radius(extent: Extent) -> float:
    return hypot(extent.x2 - extent.x1, extent.y2 - extent.y1) / 2


def _hidden(record: _Record, other: Event) -> bool:
    """Whether an event seen from elsewhere was behind the limb for the other instrument, at the Earth."""
    if record.place is None or _near_the_earth(record.event) or not _near_the_earth(other):
        return False
    below = earth(record.event.event_starttime).hgs_latitude
    return _angle(record.place.x, record.place.y, 0.0, below) > _LIMB


def _near_the_earth(event: Event) -> bool:
    """Whether the instrument was near the Earth, by the light travel time or the name of the observatory."""
    delay = event.attributes.get("hs_light_travel_time")
    if isinstance(delay, int | float):
        return abs(delay) < _DELAY
    return not any(name in event.obs_observatory.lower() for name in _ELSEWHERE)
