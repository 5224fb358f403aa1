"""Where the Earth stands over the Sun, quickly: for names and columns of records, not for measurements."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from math import asin, atan2, cos, degrees, radians, sin

from helioscribe.domain.coordinates import Observer

__all__ = ["carrington_longitude", "earth"]

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_TT_MINUS_UTC = 69.2
_TILT = radians(7.25)
_HOUR = 3600.0


def earth(moment: datetime) -> Observer:
    """Return the Earth as an observer in the Stonyhurst frame, to 0.02 degrees and 1e-4 au from 1900 to 2100.

    Parameters
    ----------
    moment
        UTC; places are those of the full hour.

    Notes
    -----
    Meeus (1998), Astronomical Algorithms, chapters 25 and 29.
    """
    return _at(_hours(moment))


def carrington_longitude(moment: datetime) -> float:
    """Return the Carrington longitude of the centre of the Earth's disk of the Sun [deg, 0 to 360), to 0.1 degrees."""
    hours = _hours(moment)
    seconds = moment.timestamp() - hours * _HOUR
    return (_seen(hours)[1] - seconds / 86400 * 13.2) % 360


def _hours(moment: datetime) -> int:
    return int(moment.timestamp() // _HOUR)


@lru_cache(maxsize=8192)
def _at(hours: int) -> Observer:
    latitude, _, distance = _seen(hours)
    return Observer(name="earth", hgs_longitude=0.0, hgs_latitude=latitude, distance=distance)


@lru_cache(maxsize=8192)
def _seen(hours: int) -> tuple[float, float, float]:
    days = (hours * _HOUR - _J2000.timestamp() + _TT_MINUS_UTC) / 86400
    century = days / 36525
    anomaly = radians((357.52911 + 35999.05029 * century) % 360)
    centre = (
        (1.914602 - 0.004817 * century) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    )
    eccentricity = 0.016708634 - 0.000042037 * century
    distance = 1.000001018 * (1 - eccentricity**2) / (1 + eccentricity * cos(anomaly + radians(centre)))
    longitude = 280.46646 + 36000.76983 * century + centre - 0.00569
    julian = days + 2451545.0
    node = radians(73.6667 + 1.3958333 * (julian - 2396758) / 36525)
    east = radians(longitude) - node
    latitude = degrees(asin(sin(east) * sin(_TILT)))
    # Within the plane of the Sun's equator, from its node to below the Earth.
    along = degrees(atan2(-sin(east) * cos(_TILT), -cos(east)))
    return latitude, (along - (julian - 2398220) * 360 / 25.38) % 360, distance
