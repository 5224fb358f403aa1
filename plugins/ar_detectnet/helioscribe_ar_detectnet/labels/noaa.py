"""NOAA's Solar Region Summary: read, written, and turned to the time of an image.

The table of SWPC's daily text files: section I lists regions with sunspots at 24:00 UT of the day before the issue.
``python -m helioscribe_ar_detectnet.labels.noaa SRS.txt`` prints it as the detector's parameter ``noaa_regions``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import cos, hypot, nan, radians
from pathlib import Path

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.rotation import rotation_rate
from helioscribe.domain.times import format_utc, parse_utc
from helioscribe.sdk.matching import pair_nearest
from helioscribe_ar_detectnet.classes import mount_wilson

__all__ = ["NoaaRegion", "NoaaRegions", "parse_regions", "read_srs", "write_parameter", "write_srs"]

_ISSUED = re.compile(r":Issued:\s*(\d{4})\s+([A-Z][a-z]{2})\s+(\d{1,2})")
_ROW = re.compile(
    r"^\s*(\d{4,5})\s+([NS])(\d{2})([EW])(\d{2,3})\s+(\d{1,3})\s+(\d{1,4})\s+([A-Za-z]{3})\s+(\d{1,3})\s+(\d{1,3})\s+(\S+)"
)
_ENTRY = re.compile(r"(\d{4,6})\s+([NS])(\d{1,2})([EW])(\d{1,3})")
_NOWHERE = (nan, nan)
_FAR = 8.0
"""Farthest that a region's middle may lie from NOAA's position [deg]."""

_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NoaaRegion:
    """One line of section I."""

    number: int
    """NOAA's, with all five digits where known."""

    longitude: float
    """Stonyhurst [deg], west positive."""

    latitude: float
    """Degrees, north positive."""

    area: float = 0.0
    """Of the spots [millionths of the hemisphere]."""

    extent: float = 0.0
    """In longitude [deg]."""

    spots: int = 0
    """How many."""

    mcintosh: str = ""
    """McIntosh class."""

    mount_wilson: str = ""
    """Mount Wilson class, as in `CLASSES`; empty if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoaaRegions:
    """A table and the time that it is valid for."""

    valid: datetime | None
    """UTC; None for an empty table."""

    regions: tuple[NoaaRegion, ...] = ()
    """In the order of the table."""

    def at(self, moment: datetime) -> list[NoaaRegion]:
        """Return the regions turned with the Sun's differential rotation to another moment (UTC)."""
        if self.valid is None:
            return []
        days = (moment - self.valid) / timedelta(days=1)
        return [_moved(region, days) for region in self.regions]

    def match(self, places: Sequence[tuple[float, float] | None], moment: datetime) -> list[NoaaRegion | None]:
        """Give each of NOAA's regions to the nearest place, and no place two.

        Parameters
        ----------
        places
            Stonyhurst longitude and latitude [deg]; None off the disk.
        moment
            UTC, to which the regions are turned.

        Returns
        -------
        list
            The region of each place; None where none is left within 8 degrees.
        """
        turned = self.at(moment)
        distance = np.array([[_apart(region, *(place or _NOWHERE)) for region in turned] for place in places])
        found: list[NoaaRegion | None] = [None] * len(places)
        for place, number in pair_nearest(distance.reshape(len(places), len(turned)), most=_FAR):
            found[place] = turned[number]
        return found


def _apart(region: NoaaRegion, longitude: float, latitude: float) -> float:
    return hypot((region.longitude - longitude) * cos(radians(latitude)), region.latitude - latitude)


def _moved(region: NoaaRegion, days: float) -> NoaaRegion:
    return replace(region, longitude=region.longitude + rotation_rate(region.latitude) * days)


def read_srs(text: str, name: str = "SRS") -> NoaaRegions:
    """Read a daily text file.

    Raises
    ------
    InvalidInputError
        If it has no date of issue.
    """
    issued = _ISSUED.search(text[:_LARGEST])
    if not issued:
        raise InvalidInputError(f"{name}: no date of issue; expected ':Issued: 2011 Feb 15 0030 UTC'")
    try:
        valid = datetime.strptime(" ".join(issued.groups()), "%Y %b %d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: date of issue") from None
    section = re.split(r"^(?:IA|II)\.", text[:_LARGEST], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [found for line in section.splitlines() if (found := _ROW.match(line))]
    return NoaaRegions(valid=valid, regions=tuple(_region(row, valid) for row in rows))


def _region(row: re.Match[str], valid: datetime) -> NoaaRegion:
    number = int(row[1])
    # The table drops the leading 1 that NOAA's numbers have since June 2002.
    if number < 10_000 and valid >= datetime(2002, 6, 15, tzinfo=UTC):
        number += 10_000
    return NoaaRegion(
        number=number,
        latitude=float(row[3]) * (1 if row[2] == "N" else -1),
        longitude=float(row[5]) * (1 if row[4] == "W" else -1),
        area=float(row[7]),
        mcintosh=row[8].title(),
        extent=float(row[9]),
        spots=int(row[10]),
        mount_wilson=mount_wilson(row[11]) or "",
    )


def write_srs(table: NoaaRegions) -> str:
    """Return section I of a daily text file. Raises `InvalidInputError` for an empty table."""
    if table.valid is None:
        raise InvalidInputError("a table of regions without a time cannot be written")
    lines = [
        f":Issued: {table.valid:%Y %b %d} 0030 UTC",
        f"I.  Regions with Sunspots.  Locations Valid at {table.valid - timedelta(days=1):%d}/2400Z",
        "Nmbr Location  Lo  Area  Z   LL   NN Mag Type",
    ]
    for region in table.regions:
        place = _location(region)
        kind = region.mount_wilson.title() or "Alpha"
        lines.append(
            f"{region.number % 10_000:04d} {place}     000  {region.area:04.0f} {region.mcintosh or 'Axx'}  "
            f"{region.extent:02.0f}   {region.spots:02d} {kind}"
        )
    return "\n".join(lines) + "\n"


def _location(region: NoaaRegion) -> str:
    north, west = ("N" if region.latitude >= 0 else "S"), ("W" if region.longitude >= 0 else "E")
    return f"{north}{abs(region.latitude):02.0f}{west}{abs(region.longitude):02.0f}"


def write_parameter(table: NoaaRegions) -> str:
    """Return a table as the detector's parameter: its time, and number and place of each region."""
    if table.valid is None:
        return ""
    return "; ".join([format_utc(table.valid), *(f"{one.number} {_location(one)}" for one in table.regions)])


def parse_regions(text: str) -> NoaaRegions:
    """Read the detector's parameter. Raises `InvalidInputError` if it is not as `write_parameter` writes it."""
    if not text.strip():
        return NoaaRegions(valid=None)
    first, *entries = (part.strip() for part in text[:_LARGEST].split(";"))
    found = [_ENTRY.fullmatch(entry) for entry in entries if entry]
    try:
        valid = parse_utc(first) if found and all(found) else None
    except InvalidInputError:
        valid = None
    if valid is None:
        raise InvalidInputError("noaa_regions: expected '2011-02-15T00:00:00Z; 11158 S21W14; ...'")
    regions = tuple(
        NoaaRegion(
            number=int(row[1]),
            latitude=float(row[3]) * (1 if row[2] == "N" else -1),
            longitude=float(row[5]) * (1 if row[4] == "W" else -1),
        )
        for row in found
        if row
    )
    return NoaaRegions(valid=valid, regions=regions)


def main(arguments: Sequence[str]) -> int:
    """Print SRS files as the detector's parameter."""
    for path in arguments:
        print(write_parameter(read_srs(Path(path).read_text(encoding="latin-1"), path)))  # noqa: T201  # a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
