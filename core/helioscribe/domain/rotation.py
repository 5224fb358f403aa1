"""Fast transformations between the sky and the solar surface, and the rotation of features with the surface.

They serve to compare positions; exact transformations are left to astropy and sunpy. Most functions take arrays;
`heliographic`, `projected` and `apparent` do the same for a single position.
"""

from __future__ import annotations

from datetime import timedelta
from math import isnan, radians, sin
from typing import Any, TypeVar

import numpy as np

from helioscribe.domain.coordinates import AU, SOLAR_RADIUS, Numbers, Observer, Observers, Position

__all__ = [
    "apparent",
    "distance_of",
    "from_radial",
    "heliographic",
    "limb",
    "moved",
    "on_sky",
    "on_surface",
    "projected",
    "radial",
    "rotation_rate",
    "visible",
]

_RADII_PER_AU = AU / SOLAR_RADIUS
_ARCSEC = radians(1 / 3600)
_EARTH = 0.9856

Real = TypeVar("Real", float, Numbers)
By = Observer | Observers


def rotation_rate(latitude: Real) -> Real:
    """Rate of magnetic features in Stonyhurst longitude [deg/day] at a latitude [deg].

    Sidereal rate of Howard, Harvey & Forgach (1990, Sol. Phys. 130, 295), less the Earth's motion.
    """
    square: Real = np.sin(np.radians(latitude)) ** 2
    return 14.326 - 2.119 * square - 1.832 * square**2 - _EARTH


def on_surface(tx: Any, ty: Any, observer: By) -> tuple[Numbers, Numbers]:
    """Stonyhurst longitudes and latitudes [deg] of the surface in directions [arcsec]; NaN off the disk."""
    tx, ty, far = tx * _ARCSEC, ty * _ARCSEC, observer.distance * _RADII_PER_AU
    # Line of sight: towards the Sun, west, north; it meets the sphere of radius 1 at `far * ahead - depth`.
    ahead, west, north = np.cos(ty) * np.cos(tx), np.cos(ty) * np.sin(tx), np.sin(ty)
    inside = 1 - far**2 * (1 - ahead**2)
    reach = far * ahead - np.sqrt(np.where((inside < 0) | (ahead <= 0), np.nan, inside))
    x, y, z = far - reach * ahead, reach * west, reach * north
    tilt = np.radians(observer.hgs_latitude)
    x, z = x * np.cos(tilt) - z * np.sin(tilt), x * np.sin(tilt) + z * np.cos(tilt)
    return np.degrees(np.arctan2(y, x)) + observer.hgs_longitude, np.degrees(np.arcsin(np.clip(z, -1.0, 1.0)))


def on_sky(longitude: Any, latitude: Any, observer: By) -> tuple[Numbers, Numbers]:
    """Directions [arcsec] of places on the surface, given in Stonyhurst degrees; NaN behind the limb."""
    far, tilt = observer.distance * _RADII_PER_AU, np.radians(observer.hgs_latitude)
    east, north = np.radians(longitude - observer.hgs_longitude), np.radians(latitude)
    x, y, z = np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)
    x, z = x * np.cos(tilt) + z * np.sin(tilt), z * np.cos(tilt) - x * np.sin(tilt)
    away = np.where(x * far < 1, np.nan, far - x)
    return np.arctan2(y, away) / _ARCSEC, np.arctan2(z, np.hypot(away, y)) / _ARCSEC


def moved(tx: Any, ty: Any, seen_by: By, by: By, later: timedelta) -> tuple[Numbers, Numbers]:
    """Return where features appear to other observers some time later; NaN behind the limb.

    Parameters
    ----------
    tx, ty
        Directions of the features [arcsec], in the frame of `seen_by`. What lies off the disk stays where it is:
        nothing is known there to turn with the surface.
    seen_by, by
        The observers at the two times.
    later
        From the first time to the second; may be negative.
    """
    longitude, latitude = on_surface(tx, ty, seen_by)
    turned = longitude + rotation_rate(latitude) * (later / timedelta(days=1))
    x, y = on_sky(turned, latitude, by)
    off = np.isnan(longitude)
    return np.where(off, tx, x), np.where(off, ty, y)


def limb(observer: By) -> Any:
    """Apparent radius of the Sun [arcsec]."""
    return np.arcsin(1 / (observer.distance * _RADII_PER_AU)) / _ARCSEC


def distance_of(radius: float) -> float:
    """Distance from the Sun [au] at which it has an apparent radius [arcsec]."""
    return 1 / (sin(radius * _ARCSEC) * _RADII_PER_AU)


def radial(tx: Any, ty: Any, observer: By) -> tuple[Numbers, Numbers]:
    """Distances from the centre [apparent radii] and angles from north over east [deg] of directions [arcsec]."""
    return np.hypot(tx, ty) / limb(observer), np.degrees(np.arctan2(-tx, ty)) % 360


def from_radial(distance: Any, angle: Any, observer: By) -> tuple[Numbers, Numbers]:
    """Directions [arcsec] at distances from the centre [apparent radii] and angles from north over east [deg]."""
    far, turn = distance * limb(observer), np.radians(angle)
    return -far * np.sin(turn), far * np.cos(turn)


def heliographic(position: Position, observer: Observer) -> tuple[float, float] | None:
    """Stonyhurst longitude and latitude [deg] of the surface at a position; None off the disk."""
    longitude, latitude = on_surface(position.tx, position.ty, observer)
    return None if np.isnan(longitude) else (float(longitude), float(latitude))


def projected(longitude: float, latitude: float, observer: Observer) -> Position | None:
    """Where an observer sees a place on the surface, given in Stonyhurst degrees; None behind the limb."""
    return _position(*on_sky(longitude, latitude, observer))


def apparent(position: Position, seen_by: Observer, by: Observer, later: timedelta) -> Position | None:
    """Where a feature appears to another observer some time later, as `moved` says; None behind the limb."""
    return _position(*moved(position.tx, position.ty, seen_by, by, later))


def visible(tx: Numbers, ty: Numbers) -> tuple[Position, ...]:
    """Return the directions that are not behind the limb."""
    return tuple(Position(tx=x, ty=y) for x, y in zip(tx.tolist(), ty.tolist(), strict=True) if not isnan(x))


def _position(tx: Numbers, ty: Numbers) -> Position | None:
    return None if np.isnan(tx) else Position(tx=float(tx), ty=float(ty))
