"""Events: the records of the catalogue, under HEK's column names."""

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

__all__ = [
    "BOX_COLUMNS",
    "EVENT_CLASSES",
    "NUMBER_COLUMNS",
    "PLACE_COLUMNS",
    "TEXT_COLUMNS",
    "TIME_COLUMNS",
    "Event",
    "EventStatus",
    "concept_of",
    "hek_record",
]

TIME_COLUMNS = ("event_starttime", "event_peaktime", "event_endtime", "frm_daterun")
"""HEK's columns of an event that hold times; the following ones hold what their names say."""

BOX_COLUMNS = ("boundbox_c1ll", "boundbox_c2ll", "boundbox_c1ur", "boundbox_c2ur")
PLACE_COLUMNS = ("event_coord1", "event_coord2", "event_c1error", "event_c2error", *BOX_COLUMNS)
NUMBER_COLUMNS = ("event_probability", "frm_versionnumber", "obs_meanwavel")
TEXT_COLUMNS = (
    "event_coordsys",
    "event_coordunit",
    "frm_name",
    "frm_identifier",
    "frm_institute",
    "frm_contact",
    "frm_url",
    "frm_paramset",
    "frm_specificid",
    "obs_observatory",
    "obs_instrument",
    "obs_channelid",
)

EVENT_CLASSES: Mapping[str, str] = {
    "AR": "ActiveRegion",
    "CE": "CME",
    "CD": "CoronalDimming",
    "CH": "CoronalHole",
    "CW": "CoronalWave",
    "FI": "Filament",
    "FE": "FilamentEruption",
    "FA": "FilamentActivation",
    "FL": "Flare",
    "LP": "Loop",
    "OS": "Oscillation",
    "SS": "Sunspot",
    "EF": "EmergingFlux",
    "CJ": "CoronalJet",
    "PG": "Plage",
    "OT": "Other",
    "NR": "NothingReported",
    "SG": "Sigmoid",
    "SP": "SpraySurge",
    "CR": "CoronalRain",
    "CC": "CoronalCavity",
    "ER": "Eruption",
    "TO": "TopologicalObject",
    "HY": "Hypothesis",
    "BU": "UVBurst",
    "EE": "ExplosiveEvent",
    "PB": "ProminenceBubble",
    "PT": "PeacockTail",
}
"""HEK's event classes by their two letters."""

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Boundaries between the words of a class name, for HEK's ``concept``, such as ``Coronal Hole``."""


class EventStatus(StrEnum):
    """State of a record."""

    OPEN = "open"
    """The event had not ended when the data ended; later data may extend it."""

    CLOSED = "closed"
    """The event is complete."""

    RETRACTED = "retracted"
    """The event was withdrawn; the record is kept but not returned by searches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A solar event. Times are UTC at the Earth wherever the light travel time is known.

    Raises
    ------
    InvalidInputError
        If the class is unknown, a time has no zone, the times are not in order or a number is not finite.
    """

    id: str
    """Id made from the first detection; all revisions have the same."""

    event_type: str
    """Class of the event as HEK's two letters."""

    event_starttime: datetime
    """Start, UTC at the Earth."""

    event_endtime: datetime
    """End, UTC at the Earth."""

    event_peaktime: datetime | None = None
    """Time of the maximum, UTC at the Earth; None if unknown."""

    event_coordsys: str = "UTC-HGS-TOPO"
    """Frame of coordinates and box, as seen from the Earth: ``UTC-HPC-TOPO``, ``UTC-HGS-TOPO`` or ``UTC-HGC-TOPO``;
    imported records may have ``UTC-HRC-TOPO``."""

    event_coordunit: str = "deg,deg"
    """Units of coordinates and box: ``deg,deg`` or ``arcsec,arcsec``."""

    event_coord1: float = 0.0
    """First coordinate of the mean position; 0 if `noposition`."""

    event_coord2: float = 0.0
    """Second coordinate of the mean position; 0 if `noposition`."""

    event_c1error: float = 90.0
    """Uncertainty of the first coordinate; 90 degrees if there is no position, as in HEK."""

    event_c2error: float = 90.0
    """Uncertainty of the second coordinate."""

    boundbox_c1ll: float = -89.9
    """First coordinate of the bounding box's lower left corner; without a position the box is the whole disk."""

    boundbox_c2ll: float = -89.9
    """Second coordinate of the lower left corner."""

    boundbox_c1ur: float = 89.9
    """First coordinate of the upper right corner."""

    boundbox_c2ur: float = 89.9
    """Second coordinate of the upper right corner."""

    noposition: bool = True
    """Whether the position is unknown."""

    event_probability: float | None = None
    """Probability that the event is real, 0 to 1; None if the method gives none."""

    frm_name: str
    """Name of the method."""

    frm_identifier: str = "helioscribe"
    """Who entered the record into the catalogue."""

    frm_institute: str
    """Institute that is responsible for the method."""

    frm_contact: str
    """Person or address for questions."""

    frm_url: str
    """Page that describes the method."""

    frm_paramset: str
    """Parameters, versions and digests of the method, as ``key=value; key=value``."""

    frm_versionnumber: float | None
    """Major and minor version of the method as one number, as in HEK; None if unknown."""

    frm_specificid: str
    """Id that the method gives the event: the id of the detection that the values of the record are taken from."""

    frm_daterun: datetime
    """Time at which the method ran, UTC."""

    frm_humanflag: bool = False
    """Whether a person identified the event."""

    obs_observatory: str
    """Observatory, such as ``Solar Orbiter``."""

    obs_instrument: str
    """Instrument, such as ``STIX``."""

    obs_channelid: str
    """Channel, such as ``4-84 keV``."""

    obs_meanwavel: float | None = None
    """Mean wavelength of the channel [cm]; energies are converted. None if unknown."""

    attributes: Mapping[str, Value] = field(default_factory=dict)
    """Further columns by HEK's names; names of our own begin with ``hs_``."""

    revision: int = 1
    """Number of this revision, from 1."""

    status: EventStatus = EventStatus.CLOSED
    """State of the record."""

    detector: str = ""
    """Id of the detector; empty for an imported record."""

    detection_ids: tuple[str, ...] = ()
    """Ids of the event's detections."""

    observation_ids: tuple[str, ...] = ()
    """Ids of the observations in which it was detected."""

    def __post_init__(self) -> None:
        if self.event_type not in EVENT_CLASSES:
            raise InvalidInputError(
                f"unknown event type {self.event_type!r}; expected one of {', '.join(EVENT_CLASSES)}"
            )
        for name in TIME_COLUMNS:
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise InvalidInputError(f"event: {name} {moment} has no time zone")
        if self.event_endtime < self.event_starttime:
            raise InvalidInputError(f"event ends at {self.event_endtime}, before its start {self.event_starttime}")
        for value in (*_numbers(self), *self.attributes.values()):
            if isinstance(value, float) and not math.isfinite(value):
                numbers = dict(zip(_NUMERIC, _numbers(self), strict=True)) | dict(self.attributes)
                name = next(name for name, held in numbers.items() if held is value)
                raise InvalidInputError(f"event: {name} is {value}; expected a finite number, or nothing")

    @property
    def time_range(self) -> TimeRange:
        """Start to end, UTC at the Earth."""
        return TimeRange(start=self.event_starttime, end=self.event_endtime)


_NUMERIC = PLACE_COLUMNS + NUMBER_COLUMNS
_numbers = attrgetter(*_NUMERIC)


def concept_of(event_type: str) -> str:
    """Return the name of an event class as in HEK's column ``concept``, such as ``Coronal Hole``."""
    return _WORDS.sub(" ", EVENT_CLASSES[event_type])


def hek_record(event: Event) -> dict[str, Value | None]:
    """Return the event as one flat row with the values that HEK sends, and our own columns.

    Times are text, missing numbers None, missing text empty, flags ``true`` or ``false``. The column ``hs_event`` holds
    the id of the event, ``kb_archivid`` the name with which it was imported, if it was.
    """
    row: dict[str, Value | None] = {"kb_archivid": event.id, "event_type": event.event_type}
    row["concept"] = concept_of(event.event_type)
    for name in TIME_COLUMNS:
        moment = getattr(event, name)
        row[name] = format_utc(moment) if moment else ""
    row |= {name: getattr(event, name) for name in _NUMERIC + TEXT_COLUMNS}
    row["obs_wavelunit"] = "cm"
    row["noposition"] = "true" if event.noposition else "false"
    row["frm_humanflag"] = "true" if event.frm_humanflag else "false"
    row["active"] = "false" if event.status is EventStatus.RETRACTED else "true"
    row["revision"] = event.revision
    row["hs_status"] = event.status.value
    row["hs_detector"] = event.detector
    return row | dict(event.attributes) | {"hs_event": event.id}
