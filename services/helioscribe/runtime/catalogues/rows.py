"""What readers of catalogues have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

__all__ = ["GOES", "Row", "Rows", "clock", "heliographic_place", "noaa_number"]

_PLACE = re.compile(r"([NS])(\d{1,2})([EW])(\d{1,3})")
_RENUMBERED = date(2002, 6, 14)
"""On this day NOAA's numbers of regions passed 9999; reports write their last four digits."""

GOES = {
    "frm_institute": "NOAA",
    "frm_contact": "swpc.webmaster@noaa.gov",
    "frm_identifier": "NOAA",
    "frm_url": "https://www.ngdc.noaa.gov/stp/satellite/goes",
    "obs_observatory": "GOES",
    "obs_instrument": "XRS",
    "obs_channelid": "1-8 A",
    "obs_meanwavel": 4.5,
    "obs_wavelunit": "Angstrom",
}
"""What is the same in all records of flares that NOAA saw with GOES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of a catalogue."""

    where: str
    """Where it stands in the file, for messages: ``line 12``."""

    values: Callable[[], Mapping[str, Any]]
    """Makes the columns under HEK's names; fails for this record alone if it cannot be read."""


Rows = Iterator[Row]


def heliographic_place(text: str) -> dict[str, Any]:
    """Return the columns of a place such as ``S13W57``; none if the text is no place."""
    found = _PLACE.match(text.strip())
    if found is None:
        return {}
    latitude = int(found[2]) * (1 if found[1] == "N" else -1)
    longitude = int(found[4]) * (1 if found[3] == "W" else -1)
    return {
        "event_coordsys": "UTC-HGS-TOPO",
        "event_coordunit": "deg,deg",
        "event_coord1": longitude,
        "event_coord2": latitude,
        "event_c1error": 1,
        "event_c2error": 1,
    }


def noaa_number(text: str, day: date) -> int | None:
    """Return the number of a region in full: reports leave out the first of five digits."""
    if not text.strip().isdigit():
        return None
    number = int(text)
    return number + 10000 if number < 10000 and day >= _RENUMBERED else number


def clock(day: date, text: str, *, near: datetime | None = None) -> datetime | None:
    """Return the moment of a time of day such as ``0224``, ``B0224`` or ``2400``; None for ``////``.

    Parameters
    ----------
    day
        Day of the report, UTC.
    text
        Hours and minutes; letters before them say that it was earlier or later than the observation.
    near
        The day is chosen so that the time is closest to this one: an event past midnight ends on the next day.
    """
    digits = re.search(r"(\d{2})(\d{2})", text)
    if digits is None:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = midnight + timedelta(hours=int(digits[1]), minutes=int(digits[2]))
    return moment if near is None else moment + timedelta(days=round((near - moment) / timedelta(days=1)))
