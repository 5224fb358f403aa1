"""Makes the record of an event from its detections, in time at the Earth and as seen from the Earth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.detection import Detection, Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.hek.columns import attribute_names, mean_wavelength, method_columns
from helioscribe.domain.identity import content_id
from helioscribe.domain.review import CLUSTER, cluster_id
from helioscribe.domain.rotation import heliographic
from helioscribe.domain.sighting import LASTING, Sighting
from helioscribe.domain.times import format_utc

__all__ = ["event_id", "event_of"]

_LONGEST_DELAY = 86400.0
"""Largest plausible light travel time [s]: that over 170 au."""


def event_id(first: Sighting) -> str:
    """Return the id of the event whose first detection this is."""
    return content_id("evt", detection=first.id)


def event_of(name: str, *, leads: Sequence[Sighting], members: Sequence[Sighting]) -> Event:
    """Return the first revision of an event's record.

    Parameters
    ----------
    name
        Id of the event.
    leads
        The newest detections, one for each part of the event in time. The record starts with the first and ends with
        the last of them; all other values are those of the brightest one.
    members
        All detections of the event, those of the oldest run first.

    Raises
    ------
    InvalidInputError
        If a value of a detection is not valid in a record.
    """
    parts = sorted((lead.detection for lead in leads), key=lambda part: (part.time_range.start, part.time_range.end))
    first, last = parts[0], max(parts, key=lambda part: part.time_range.end)
    main = max(leads, key=_brightness)
    found, source = main.detection, main.detection.source
    method = source.method
    return Event(
        id=name,
        event_type=found.event_type,
        event_starttime=_at_earth(first, first.time_range.start),
        event_endtime=_at_earth(last, last.time_range.end),
        event_peaktime=_at_earth(found, found.peak_time) if found.peak_time else None,
        event_probability=found.probability,
        frm_specificid=main.id,
        frm_daterun=main.ran,
        obs_observatory=source.observatory,
        obs_instrument=source.instrument,
        obs_channelid=source.channel,
        obs_meanwavel=mean_wavelength(source.channel),
        attributes=attribute_names(found.measurements) | _observers_view(first, found, last) | _cluster(found),
        status=_status(last, parts=len(parts)),
        detector=method.detector,
        detection_ids=tuple(one.id for one in members),
        observation_ids=tuple(dict.fromkeys(i for one in members for i in one.detection.source.observation_ids)),
        **method_columns(method, code_version=source.code_version),
        **_place(found),
    )


def _brightness(lead: Sighting) -> tuple[object, ...]:
    flux = lead.detection.measurements.get("fl_peakflux")
    return (float(flux) if isinstance(flux, (int, float)) else 0.0, lead.order)


def _status(last: Detection, *, parts: int) -> EventStatus:
    # The last of several parts is clipped at its beginning. Whether it is at its end too is not known, so it counts as
    # whole. Features that last for days are different: every image shows one more part.
    goes_on = last.clipped and (parts == 1 or last.event_type in LASTING)
    return EventStatus.OPEN if goes_on else EventStatus.CLOSED


def _at_earth(detection: Detection, moment: datetime) -> datetime:
    delay = detection.source.light_travel_time or 0.0
    if not abs(delay) <= _LONGEST_DELAY:
        raise InvalidInputError(f"light travel time {delay} s: expected at most {_LONGEST_DELAY:.0f} s")
    try:
        return moment + timedelta(seconds=delay)
    except OverflowError:
        raise InvalidInputError(f"detection at {moment}: the Earth's time lies outside the calendar") from None


def _observers_view(first: Detection, main: Detection, last: Detection) -> dict[str, Value]:
    delay = main.source.light_travel_time
    view: dict[str, Value] = {
        "hs_observer_starttime": format_utc(first.time_range.start),
        "hs_observer_endtime": format_utc(last.time_range.end),
        "hs_time_frame": "observer" if delay is None else "earth",
    }
    if main.peak_time is not None:
        view["hs_observer_peaktime"] = format_utc(main.peak_time)
    if delay is not None:
        view["hs_light_travel_time"] = delay
    if main.position is not None:
        view |= {"hs_observer_tx": main.position.tx, "hs_observer_ty": main.position.ty}
    return view


def _cluster(main: Detection) -> dict[str, Value]:
    """Return the name of the image's cluster as an attribute, if the detector assigns images to clusters."""
    number, method = main.measurements.get("image_cluster"), main.source.method
    if not isinstance(number, int):
        return {}
    return {CLUSTER: cluster_id(method.detector, method.model_version or method.version, number)}


def _place(detection: Detection) -> dict[str, Any]:
    """Return the columns of the position: helioprojective if seen from the Earth, otherwise heliographic."""
    position, observer = detection.position, detection.source.observer
    if position is None or observer is None:
        return {}
    if not isfinite(observer.hgs_longitude + observer.hgs_latitude + observer.distance):
        raise InvalidInputError(f"observer {observer.name!r:.40}: expected a finite place")
    box = detection.box
    low, high = (box.lower_left, box.upper_right) if box else (position, position)
    if _at_the_earth(observer):
        corners = [(low.tx, low.ty), (high.tx, high.ty)]
        return _columns("HPC", "arcsec,arcsec", (position.tx, position.ty), corners)
    middle = heliographic(position, observer)
    if middle is None:
        return {}
    wanted = [Position(tx=tx, ty=ty) for tx in (low.tx, high.tx) for ty in (low.ty, high.ty)]
    seen = [place for corner in wanted if (place := heliographic(corner, observer))]
    return _columns("HGS", "deg,deg", middle, [*seen, middle])


def _columns(
    frame: str, unit: str, middle: tuple[float, float], corners: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    first, second = zip(*corners, strict=True)
    return {
        "event_coordsys": f"UTC-{frame}-TOPO",
        "event_coordunit": unit,
        "event_coord1": middle[0],
        "event_coord2": middle[1],
        # The position is uncertain by half of the box.
        "event_c1error": (max(first) - min(first)) / 2,
        "event_c2error": (max(second) - min(second)) / 2,
        "boundbox_c1ll": min(first),
        "boundbox_c2ll": min(second),
        "boundbox_c1ur": max(first),
        "boundbox_c2ur": max(second),
        "noposition": False,
    }


def _at_the_earth(observer: Observer) -> bool:
    # From an orbit around the Earth or L1, positions differ by a few arcsec from those seen from the Earth.
    return abs(observer.hgs_longitude) < 0.5 and 0.97 < observer.distance < 1.03
