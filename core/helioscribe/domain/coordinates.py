"""Positions of observers and of features on the Sun. Exact transformations are left to astropy and sunpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["AU", "SOLAR_RADIUS", "Box", "Numbers", "Observer", "Observers", "Position"]

Numbers = NDArray[np.float64]

AU = 149_597_870_700.0
"""The astronomical unit [m] (IAU 2012 B2)."""

SOLAR_RADIUS = 695_700_000.0
"""The nominal radius of the Sun [m] (IAU 2015 B3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Position of an observer in the heliographic Stonyhurst frame at the time of observation."""

    name: str
    """Name, such as ``earth`` or ``Solar Orbiter``."""

    hgs_longitude: float
    """Stonyhurst longitude [deg], west positive; 0 is the Earth's."""

    hgs_latitude: float
    """Stonyhurst latitude [deg]."""

    distance: float
    """Distance from the Sun's centre [au]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Positions of many observers, or of one observer at many times; all arrays have the same shape."""

    hgs_longitude: Numbers
    """Stonyhurst longitudes [deg], west positive."""

    hgs_latitude: Numbers
    """Stonyhurst latitudes [deg]."""

    distance: Numbers
    """Distances from the Sun's centre [au]."""

    def part(self, chosen: Any) -> Self:
        """Return the observers that a numpy index selects."""
        return type(self)(
            hgs_longitude=self.hgs_longitude[chosen],
            hgs_latitude=self.hgs_latitude[chosen],
            distance=self.distance[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A direction in the helioprojective frame of the observer."""

    tx: float
    """Helioprojective Tx [arcsec], solar west positive."""

    ty: float
    """Helioprojective Ty [arcsec], solar north positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in the helioprojective frame of the observer."""

    lower_left: Position
    """South-east corner."""

    upper_right: Position
    """North-west corner."""
