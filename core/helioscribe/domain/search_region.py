"""Regions of the Sun or the sky in which a search looks for events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, degrees, hypot, radians, sin, sqrt

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.footprint import Extent, Footprint

__all__ = ["TURNS", "Frame", "SearchBox", "SearchCone"]

TURNS = (-360.0, 0.0, 360.0)
"""Full turns to add when longitudes are compared [deg]."""

_LIMB = 980.0
"""Larger than the radius of the solar disk at any time [arcsec]."""


class Frame(StrEnum):
    """Coordinates in which a region is given, with HEK's names. All are as seen from the Earth."""

    HELIOPROJECTIVE = "helioprojective"
    """Arcsec west and north."""

    STONYHURST = "stonyhurst"
    """Degrees of longitude, west of the meridian that faces the Earth, and of latitude."""

    CARRINGTON = "carrington"
    """Degrees of Carrington longitude and of latitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBox:
    """A box: matches events whose bounding box overlaps with it.

    A box that covers the whole disk, or all longitudes and latitudes, matches all events, also those without a
    position, since HEK's clients ask for everything in this way.

    Raises
    ------
    InvalidInputError
        If an edge is not finite, or the edges are not in order.
    """

    frame: Frame = Frame.HELIOPROJECTIVE
    """Frame of the edges."""

    x1: float
    """Eastern edge [arcsec or deg]."""

    y1: float
    """Southern edge [arcsec or deg]."""

    x2: float
    """Western edge [arcsec or deg]."""

    y2: float
    """Northern edge [arcsec or deg]."""

    def __post_init__(self) -> None:
        edges = (self.x1, self.y1, self.x2, self.y2)
        if not all(map(math.isfinite, edges)) or self.x2 < self.x1 or self.y2 < self.y1:
            raise InvalidInputError(f"box: expected x1 <= x2 and y1 <= y2, finite; got {edges}")

    @property
    def everywhere(self) -> bool:
        """Whether the box matches all events."""
        if self.frame is Frame.HELIOPROJECTIVE:
            return max(self.x1, self.y1) <= -_LIMB and min(self.x2, self.y2) >= _LIMB
        wide = self.x2 - self.x1 >= (180 if self.frame is Frame.STONYHURST else 360)
        return wide and self.y1 <= -90 and self.y2 >= 90

    def holds(self, place: Footprint) -> bool:
        """Whether the box matches an event at this position."""
        if self.everywhere:
            return True
        extent = place.seen if self.frame is Frame.HELIOPROJECTIVE else place.surface
        if extent is None or extent.y1 > self.y2 or extent.y2 < self.y1:
            return False
        if self.frame is Frame.HELIOPROJECTIVE:
            return extent.x1 <= self.x2 and extent.x2 >= self.x1
        shift = place.meridian if self.frame is Frame.CARRINGTON else 0.0
        return any(extent.x1 + shift <= self.x2 + turn and extent.x2 + shift >= self.x1 + turn for turn in TURNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCone:
    """A circle: matches events whose mean position is within an angle of a point.

    Raises
    ------
    InvalidInputError
        If a number is not finite or the radius negative.
    """

    frame: Frame = Frame.HELIOPROJECTIVE
    """Frame of the point."""

    x: float
    """Tx [arcsec] or longitude [deg] of the point."""

    y: float
    """Ty [arcsec] or latitude [deg] of the point."""

    radius: float
    """Radius on the sky [arcsec], or along great circles of the surface [deg]."""

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.x, self.y, self.radius))) or self.radius < 0:
            got = (self.x, self.y, self.radius)
            raise InvalidInputError(f"cone: expected finite x and y, and a radius of at least 0; got {got}")

    def holds(self, place: Footprint) -> bool:
        """Whether the circle matches an event at this position."""
        extent = place.seen if self.frame is Frame.HELIOPROJECTIVE else place.surface
        return extent is not None and self._distance(extent, place.meridian) <= self.radius

    def _distance(self, extent: Extent, meridian: float) -> float:
        if self.frame is Frame.HELIOPROJECTIVE:
            return hypot(extent.x - self.x, extent.y - self.y)
        shift = meridian if self.frame is Frame.CARRINGTON else 0.0
        across = sin(radians(extent.x + shift - self.x) / 2) ** 2
        up = sin(radians(extent.y - self.y) / 2) ** 2
        return 2 * degrees(asin(min(1.0, sqrt(up + cos(radians(extent.y)) * cos(radians(self.y)) * across))))
