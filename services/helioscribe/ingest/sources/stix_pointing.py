"""Pointing of STIX: roll and axis from auxiliary ephemeris files, or nominal values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import parse_utc
from helioscribe.ingest.source_file import safe_name, unpacked
from helioscribe.ingest.sources.fits_scan import Table, scan_fits
from helioscribe.ingest.sources.fits_tables import seconds_in

__all__ = ["NOMINAL", "Pointing", "find_pointing", "read_pointing"]

_NAME = re.compile(r"solo_(?:L2|ANC)_stix-a(?:ux|sp)-ephemeris_(\d{8})\S*\.fits(?:\.gz)?")
_LARGEST = 64 << 20
_TRUSTED = 200.0  # most that the aspect system and the spacecraft may differ [arcsec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """Direction of the instrument's axis.

    The constants are those of stixpy's ``coordinates.transforms``: the mounting of the instrument, and what remains
    after the solution of the aspect system.
    """

    roll: float
    """Roll of the spacecraft about the line to the Sun [deg]."""

    x: float
    """Position of the Sun's centre in the frame of the instrument, first axis [arcsec]."""

    y: float
    """Position of the Sun's centre, second axis [arcsec]."""

    def to_helioprojective(self, tx: float, ty: float) -> tuple[float, float]:
        """Return helioprojective Tx and Ty [arcsec] of a place in the imaging frame of the instrument [arcsec].

        The instrument is mounted turned by 90 degrees; the field is small enough to be flat.
        """
        across, up = -ty + self.x, tx + self.y
        angle = np.radians(self.roll)
        cos, sin = np.cos(angle), np.sin(angle)
        return float(cos * across - sin * up), float(sin * across + cos * up)


NOMINAL = Pointing(roll=0.0, x=26.1, y=58.2)
"""Pointing that is assumed without an ephemeris."""


def find_pointing(folder: Path, start: datetime, end: datetime) -> Pointing | None:
    """Return the pointing from the ephemeris file of that day in a folder; None if there is none."""
    named = ((path, _NAME.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    of_day = [path for path, found in named if found and found[1] == f"{start:%Y%m%d}"]
    return read_pointing(of_day[-1], start, end) if of_day else None


def read_pointing(path: Path, start: datetime, end: datetime) -> Pointing:
    """Return the mean pointing over a span from an ephemeris file.

    Raises
    ------
    InvalidInputError
        If it is none, or does not cover the span.
    """
    name = safe_name(path.name)
    hdus = scan_fits(unpacked(path, limit=_LARGEST), name)
    table = Table(hdus, "DATA", file=name)
    origin = parse_utc(str(hdus[0].header.get("DATE-BEG", "")))
    seconds = np.asarray(table.column("time"), float) * seconds_in(table.unit("time"), where=f"{name}: time")
    first, last = ((moment - origin).total_seconds() for moment in (start, end))
    if not seconds.size or last < seconds[0] - 3600 or first > seconds[-1] + 3600:
        raise InvalidInputError(f"{name}: does not cover {start:%Y-%m-%d %H:%M}")
    inside = (seconds >= first) & (seconds <= last)
    if not inside.any():
        inside = np.arange(seconds.size) == np.abs(seconds - (first + last) / 2).argmin()
    return _mean(table, inside)


def _mean(table: Table, inside: NDArray[np.bool_]) -> Pointing:
    angles = np.asarray(table.column("roll_angle_rpy"), float)
    roll, pitch, yaw = angles[inside].mean(axis=0)
    cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    spacecraft = np.array([NOMINAL.x + 3600 * (-yaw * cos + pitch * sin), NOMINAL.y + 3600 * (yaw * sin + pitch * cos)])
    solved = np.column_stack([np.asarray(table.column(axis), float) for axis in ("y_srf", "z_srf")])[inside]
    good = np.asarray(table.column("sas_ok"), bool)[inside] if table.has("sas_ok") else np.isfinite(solved).all(axis=1)
    if good.any():
        y, z = solved[good].mean(axis=0)
        aspect = np.array([y + 60.0, 8.0 - z])
        if np.hypot(*(aspect - spacecraft)) < _TRUSTED:
            spacecraft = aspect
    return Pointing(roll=float(roll), x=float(spacecraft[0]), y=float(spacecraft[1]))
