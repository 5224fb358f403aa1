"""A record of the catalogue, under HEK's column names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["EVENT_CLASSES", "Event", "EventStatus", "concept_of", "hek_record"]

EVENT_CLASSES: Mapping[str, str] = {
    "AR": "ActiveRegion", "CE": "CME", "CD": "CoronalDimming", "CH": "CoronalHole", "CW": "CoronalWave",
    "FI": "Filament", "FE": "FilamentEruption", "FA": "FilamentActivation", "FL": "Flare", "LP": "Loop",
    "OS": "Oscillation", "SS": "Sunspot", "EF": "EmergingFlux", "CJ": "CoronalJet", "PG": "Plage", "OT": "Other",
    "NR": "NothingReported", "SG": "Sigmoid", "SP": "SpraySurge", "CR": "CoronalRain", "CC": "CoronalCavity",
    "ER": "Eruption", "TO": "TopologicalObject", "HY": "Hypothesis", "BU": "UVBurst", "EE": "ExplosiveEvent",
    "PB": "ProminenceBubble", "PT": "PeacockTail",
}  # fmt: skip
"""HEK's event classes by their two letters."""

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Between the words of a class, for HEK's ``concept``: ``Coronal Hole``."""


class EventStatus(StrEnum):
    """Where a record stands."""

    OPEN = "open"
    """The event went on when the data ended; later data may extend it."""

    CLOSED = "closed"
    """Whole."""

    RETRACTED = "retracted"
    """Withdrawn; kept as a tombstone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A solar event. Times are UTC at the Earth wherever the light travel time is known.

    Raises
    ------
    InvalidInputError
        If the class is unknown, a time has no zone, the times are not in order or a number is not finite.
    """

    id: str
    """Follows from the first detection; the record keeps it through all revisions."""

    event_type: str
    """HEK's two letters."""

    event_starttime: datetime
    """Start, UTC at the Earth."""

    event_endtime: datetime
    """End, UTC at the Earth."""

    event_peaktime: datetime | None = None
    """Maximum, UTC at the Earth."""

    event_coordsys: str = "UTC-HGS-TOPO"
    """Frame of coordinates and box, as seen from the Earth: ``UTC-HPC-TOPO``, ``UTC-HGS-TOPO``, ``UTC-HGC-TOPO``, or of
    imported records ``UTC-HRC-TOPO``."""

    event_coordunit: str = "deg,deg"
    """Units of coordinates and box: ``deg,deg`` or ``arcsec,arcsec``."""

    event_coord1: float = 0.0
    """First coordinate of the mean location; 0 where `noposition`."""

    event_coord2: float = 0.0
    """Second coordinate of the mean location; 0 where `noposition`."""

    event_c1error: float = 90.0
    """Uncertainty of the first coordinate; HEK writes 90 degrees where there is no position."""

    event_c2error: float = 90.0
    """Uncertainty of the second coordinate."""

    boundbox_c1ll: float = -89.9
    """Lower left of the bounding box; HEK writes the whole disk where there is no position."""

    boundbox_c2ll: float = -89.9
    """Lower left of the bounding box."""

    boundbox_c1ur: float = 89.9
    """Upper right of the bounding box."""

    boundbox_c2ur: float = 89.9
    """Upper right of the bounding box."""

    noposition: bool = True
    """Whether the place is unknown."""

    event_probability: float | None = None
    """How sure the method is, 0 to 1."""

    frm_name: str
    """Name of the method."""

    frm_identifier: str = "helioscribe"
    """Who put the record into the catalogue."""

    frm_institute: str
    """Who stands behind the method."""

    frm_contact: str
    """Whom to ask."""

    frm_url: str
    """Where the method is described."""

    frm_paramset: str
    """Parameters, versions and digests as ``key=value; key=value``."""

    frm_versionnumber: float | None
    """Major and minor version of the method, as the number that HEK's schema wants; None if it has none."""

    frm_specificid: str
    """The method's own id: that of the detection that the record was last taken from."""

    frm_daterun: datetime
    """When the method ran, UTC."""

    frm_humanflag: bool = False
    """Whether a person identified the event."""

    obs_observatory: str
    """Such as ``Solar Orbiter``."""

    obs_instrument: str
    """Such as ``STIX``."""

    obs_channelid: str
    """Such as ``4-84 keV``."""

    obs_meanwavel: float | None = None
    """Mean wavelength [cm]; energies are converted."""

    attributes: Mapping[str, Value] = field(default_factory=dict)
    """Further columns of the class under HEK's names; ours begin with ``hs_``."""

    revision: int = 1
    """Counts the changes of the record."""

    status: EventStatus = EventStatus.CLOSED
    """Where it stands."""

    detector: str = ""
    """Id of the detector; empty for imported records."""

    detection_ids: tuple[str, ...] = ()
    """The detections behind it."""

    observation_ids: tuple[str, ...] = ()
    """The observations behind those."""

    def __post_init__(self) -> None:
        if self.event_type not in EVENT_CLASSES:
            raise InvalidInputError(
                f"unknown event type {self.event_type!r}; expected one of {', '.join(EVENT_CLASSES)}"
            )
        for name in _TIMES:
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise InvalidInputError(f"event: {name} {moment} has no time zone")
        if self.event_endtime < self.event_starttime:
            raise InvalidInputError(f"event ends at {self.event_endtime}, before its start {self.event_starttime}")
        for value in (*_numbers(self), *self.attributes.values()):
            if isinstance(value, float) and not math.isfinite(value):
                numbers = dict(zip(_NUMBERS, _numbers(self), strict=True)) | dict(self.attributes)
                name = next(name for name, held in numbers.items() if held is value)
                raise InvalidInputError(f"event: {name} is {value}; expected a finite number, or nothing")

    @property
    def time_range(self) -> TimeRange:
        """Start to end, UTC at the Earth."""
        return TimeRange(start=self.event_starttime, end=self.event_endtime)


_TIMES = ("event_starttime", "event_peaktime", "event_endtime", "frm_daterun")
_NUMBERS = (
    "event_coord1", "event_coord2", "event_c1error", "event_c2error",
    "boundbox_c1ll", "boundbox_c2ll", "boundbox_c1ur", "boundbox_c2ur",
    "event_probability", "frm_versionnumber", "obs_meanwavel",
)  # fmt: skip
_numbers = attrgetter(*_NUMBERS)
_TEXTS = (
    "event_coordsys", "event_coordunit", "frm_name", "frm_identifier", "frm_institute", "frm_contact",
    "frm_url", "frm_paramset", "frm_specificid", "obs_observatory", "obs_instrument", "obs_channelid",
)  # fmt: skip


def concept_of(event_type: str) -> str:
    """Return the name of a class as HEK writes it in its ``concept``."""
    return _WORDS.sub(" ", EVENT_CLASSES[event_type])


def hek_record(event: Event) -> dict[str, Value | None]:
    """Return the event as one flat row in HEK's wire format; ``hs_event`` is its id, whatever name it came with.

    Times are text, missing numbers None, missing text empty and flags ``true`` or ``false``, as HEK sends them.
    """
    row: dict[str, Value | None] = {"kb_archivid": event.id, "event_type": event.event_type}
    row["concept"] = concept_of(event.event_type)
    for name in _TIMES:
        moment = getattr(event, name)
        row[name] = format_utc(moment) if moment else ""
    row |= {name: getattr(event, name) for name in _NUMBERS + _TEXTS}
    row["obs_wavelunit"] = "cm"
    row["noposition"] = "true" if event.noposition else "false"
    row["frm_humanflag"] = "true" if event.frm_humanflag else "false"
    row["active"] = "false" if event.status is EventStatus.RETRACTED else "true"
    row["revision"] = event.revision
    row["hs_status"] = event.status.value
    row["hs_detector"] = event.detector
    return row | dict(event.attributes) | {"hs_event": event.id}
