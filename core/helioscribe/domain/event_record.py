"""One detection as a record under HEK's column names, in the Earth's time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from helioscribe.domain.detection import Detection, Method, Provenance, Value
from helioscribe.domain.event import Event, EventStatus
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import format_utc

__all__ = ["event_of", "mean_wavelength", "parameter_set"]

_KEV_CM = 1.2398419843320026e-7
"""Wavelength of a photon of 1 keV [cm] (h c, CODATA 2018)."""

_BAND_KEV = re.compile(r"([\d.]+)-([\d.]+) keV")
_ANGSTROM = re.compile(r"(\d{2,5})(?: ?(?:A|Angstrom))?")


def event_of(detection: Detection, *, at: datetime) -> Event:
    """Return the first revision of the event that a detection opens, recorded at a moment.

    Times become UTC at the Earth where the light travel time is known; the observer's stay as ``hs_observer_*``.
    """
    source = detection.source
    delay = timedelta(seconds=source.light_travel_time or 0.0)
    method = source.method
    return Event(
        id=content_id("evt", detection=detection.id),
        event_type=detection.event_type,
        event_starttime=detection.time_range.start + delay,
        event_endtime=detection.time_range.end + delay,
        event_peaktime=detection.peak_time + delay if detection.peak_time else None,
        event_probability=detection.probability,
        frm_name=method.name or method.detector,
        frm_institute=method.institute,
        frm_contact=method.contact,
        frm_url=method.url,
        frm_paramset=parameter_set(method, code_version=source.code_version),
        frm_versionnumber=_version_number(method.version),
        frm_specificid=detection.id,
        frm_daterun=at,
        obs_observatory=source.observatory,
        obs_instrument=source.instrument,
        obs_channelid=source.channel,
        obs_meanwavel=mean_wavelength(source.channel),
        attributes={**detection.measurements, **_observers_view(detection, source)},
        status=EventStatus.OPEN if detection.clipped else EventStatus.CLOSED,
        detector=method.detector,
        detection_ids=(detection.id,),
        observation_ids=source.observation_ids,
        **_place(detection),
    )


def _place(detection: Detection) -> dict[str, Any]:
    box, position = detection.box, detection.position
    observer = detection.source.observer
    # Helioprojective columns are read as seen from the Earth; another observer's view has no place in them.
    if position is None or observer is None or observer.name != "earth":
        return {}
    low, high = (box.lower_left, box.upper_right) if box else (position, position)
    return {
        "event_coordsys": "UTC-HPC-TOPO", "event_coordunit": "arcsec,arcsec", "noposition": False,
        "event_coord1": position.tx, "event_coord2": position.ty, "event_c1error": 0.0, "event_c2error": 0.0,
        "boundbox_c1ll": low.tx, "boundbox_c2ll": low.ty, "boundbox_c1ur": high.tx, "boundbox_c2ur": high.ty,
    }  # fmt: skip


def _observers_view(detection: Detection, source: Provenance) -> dict[str, Value]:
    view: dict[str, Value] = {
        "hs_observer_starttime": format_utc(detection.time_range.start),
        "hs_observer_endtime": format_utc(detection.time_range.end),
    }
    if detection.peak_time is not None:
        view["hs_observer_peaktime"] = format_utc(detection.peak_time)
    if source.light_travel_time is None:
        return view | {"hs_time_frame": "observer"}
    return view | {"hs_time_frame": "earth", "hs_light_travel_time": source.light_travel_time}


def parameter_set(method: Method, *, code_version: str) -> str:
    """Return versions, digest and parameters as ``key=value; key=value``, HEK's ``frm_paramset``."""
    pairs: dict[str, Value] = {"detector": method.detector, "version": method.version}
    if method.model_sha256:
        pairs |= {"model_version": method.model_version, "model_sha256": method.model_sha256}
    pairs |= {"code_version": code_version} | dict(sorted(method.parameters.items()))
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


def mean_wavelength(channel: str) -> float | None:
    """Return the mean wavelength of a channel [cm], or None if its name does not say.

    An energy band counts with its mean energy.
    """
    if band := _BAND_KEV.search(channel):
        mean = (float(band[1]) + float(band[2])) / 2
        return _KEV_CM / mean if mean > 0 else None
    if line := _ANGSTROM.fullmatch(channel.strip()):
        return float(line[1]) * 1e-8
    return None


def _version_number(version: str) -> float:
    found = re.match(r"(\d+)(?:\.(\d+))?", version)
    return float(f"{found[1]}.{found[2] or 0}") if found else 0.0
