"""Position of the Earth as seen from the Sun: fast and approximate, for the columns of records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from helioscribe.domain.coordinates import Numbers, Observer, Observers

__all__ = ["carrington_longitude", "earth", "from_earth"]

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_TT_MINUS_UTC = 69.2
_TILT = np.radians(7.25)
_HOUR = 3600.0


def earth(moment: datetime) -> Observer:
    """Return the Earth as an observer in the Stonyhurst frame, to 0.02 degrees and 1e-4 au from 1900 to 2100.

    Parameters
    ----------
    moment
        UTC; the position is that at the last full hour.

    Notes
    -----
    Meeus (1998), Astronomical Algorithms, chapters 25 and 29.
    """
    latitude, _, distance = _at(moment.timestamp() // _HOUR)
    return Observer(name="earth", hgs_longitude=0.0, hgs_latitude=latitude, distance=distance)


def carrington_longitude(moment: datetime) -> float:
    """Return the Carrington longitude of the disk centre as seen from the Earth at a time in UTC, to 0.1 degrees.

    It is from 0 to 360 [deg].
    """
    hours, seconds = divmod(moment.timestamp(), _HOUR)
    return (_at(hours)[1] - seconds / 86400 * 13.2) % 360


def from_earth(moments: Iterable[datetime]) -> tuple[Observers, Numbers]:
    """Return the results of `earth` and `carrington_longitude` for many times at once, UTC."""
    hours, seconds = np.divmod([moment.timestamp() for moment in moments], _HOUR)
    latitude, middle, distance = _seen(hours)
    observers = Observers(hgs_longitude=np.zeros_like(latitude), hgs_latitude=latitude, distance=distance)
    return observers, (middle - seconds / 86400 * 13.2) % 360


@lru_cache(maxsize=8192)
def _at(hours: float) -> tuple[float, float, float]:
    latitude, middle, distance = map(float, _seen(np.float64(hours)))
    return latitude, middle, distance


def _seen(hours: Numbers | np.float64) -> tuple[Numbers, Numbers, Numbers]:
    """Return the latitude [deg] and the Carrington longitude [deg] below the Earth, and its distance [au]."""
    days = (hours * _HOUR - _J2000.timestamp() + _TT_MINUS_UTC) / 86400
    century = days / 36525
    anomaly = np.radians((357.52911 + 35999.05029 * century) % 360)
    centre = (
        (1.914602 - 0.004817 * century) * np.sin(anomaly)
        + 0.019993 * np.sin(2 * anomaly)
        + 0.000289 * np.sin(3 * anomaly)
    )
    eccentricity = 0.016708634 - 0.000042037 * century
    distance = 1.000001018 * (1 - eccentricity**2) / (1 + eccentricity * np.cos(anomaly + np.radians(centre)))
    longitude = 280.46646 + 36000.76983 * century + centre - 0.00569
    julian = days + 2451545.0
    node = np.radians(73.6667 + 1.3958333 * (julian - 2396758) / 36525)
    east = np.radians(longitude) - node
    latitude = np.degrees(np.arcsin(np.sin(east) * np.sin(_TILT)))
    # Within the plane of the Sun's equator, from its node to below the Earth.
    along = np.degrees(np.arctan2(-np.sin(east) * np.cos(_TILT), -np.cos(east)))
    return latitude, (along - (julian - 2398220) * 360 / 25.38) % 360, distance
