"""Where a feature of the Sun appears: on the sky, on the surface, to another observer, or some time later.

Two things are compared here, nothing is measured: the exact transformations are astropy's and sunpy's.
"""

from __future__ import annotations

from datetime import timedelta
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

from helioscribe.domain.coordinates import AU, SOLAR_RADIUS, Observer, Position

__all__ = ["apparent", "distance_of", "from_radial", "heliographic", "limb", "projected", "radial", "rotation_rate"]

_RADII_PER_AU = AU / SOLAR_RADIUS

_ARCSEC = radians(1 / 3600)
_EARTH = 0.9856


def rotation_rate(latitude: float) -> float:
    """Rate of magnetic features in Stonyhurst longitude [deg/day] at a latitude [deg].

    Sidereal rate of Howard, Harvey & Forgach (1990, Sol. Phys. 130, 295), less the Earth's motion.
    """
    square = sin(radians(latitude)) ** 2
    return 14.326 - 2.119 * square - 1.832 * square**2 - _EARTH


def heliographic(position: Position, observer: Observer) -> tuple[float, float] | None:
    """Stonyhurst longitude and latitude [deg] of the surface at a position; None off the disk."""
    tx, ty, far = position.tx * _ARCSEC, position.ty * _ARCSEC, observer.distance * _RADII_PER_AU
    # Line of sight: towards the Sun, west, north; it meets the sphere of radius 1 at `far * ahead - depth`.
    ahead, west, north = cos(ty) * cos(tx), cos(ty) * sin(tx), sin(ty)
    inside = 1 - far**2 * (1 - ahead**2)
    if inside < 0 or ahead <= 0:
        return None
    reach = far * ahead - sqrt(inside)
    x, y, z = far - reach * ahead, reach * west, reach * north
    tilt = radians(observer.hgs_latitude)
    x, z = x * cos(tilt) - z * sin(tilt), x * sin(tilt) + z * cos(tilt)
    return degrees(atan2(y, x)) + observer.hgs_longitude, degrees(asin(max(-1.0, min(1.0, z))))


def projected(longitude: float, latitude: float, observer: Observer) -> Position | None:
    """Where an observer sees a place on the surface, given in Stonyhurst degrees; None behind the limb."""
    far, tilt = observer.distance * _RADII_PER_AU, radians(observer.hgs_latitude)
    east, north = radians(longitude - observer.hgs_longitude), radians(latitude)
    x, y, z = cos(north) * cos(east), cos(north) * sin(east), sin(north)
    x, z = x * cos(tilt) + z * sin(tilt), z * cos(tilt) - x * sin(tilt)
    if x * far < 1:
        return None
    return Position(tx=atan2(y, far - x) / _ARCSEC, ty=atan2(z, hypot(far - x, y)) / _ARCSEC)


def limb(observer: Observer) -> float:
    """Apparent radius of the Sun [arcsec]."""
    return asin(1 / (observer.distance * _RADII_PER_AU)) / _ARCSEC


def distance_of(radius: float) -> float:
    """Distance from the Sun [au] at which it has an apparent radius [arcsec]."""
    return 1 / (sin(radius * _ARCSEC) * _RADII_PER_AU)


def radial(position: Position, observer: Observer) -> tuple[float, float]:
    """Distance from the centre [apparent radii] and angle from north over east [deg] of a position."""
    return hypot(position.tx, position.ty) / limb(observer), degrees(atan2(-position.tx, position.ty)) % 360


def from_radial(distance: float, angle: float, observer: Observer) -> Position:
    """Return the position at a distance from the centre [apparent radii] and an angle from north over east [deg]."""
    far, turn = distance * limb(observer), radians(angle)
    return Position(tx=-far * sin(turn), ty=far * cos(turn))


def apparent(position: Position, seen_by: Observer, by: Observer, later: timedelta) -> Position | None:
    """Where a feature appears to another observer some time later.

    Parameters
    ----------
    position
        Of the feature, in the frame of `seen_by`.
    seen_by, by
        The observers at the two times.
    later
        From the first time to the second; may be negative.

    Returns
    -------
    Position
        In the frame of `by`; `position` itself off the disk, where nothing is known to turn with the surface; None
        behind the limb.
    """
    place = heliographic(position, seen_by)
    if place is None:
        return position
    longitude, latitude = place
    return projected(longitude + rotation_rate(latitude) * (later / timedelta(days=1)), latitude, by)
