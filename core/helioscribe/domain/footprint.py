"""Where an event lies in each frame in which one may look for it, as seen from the Earth when it began.

Boxes are turned from frame to frame by their corners, larger ones by a grid of points: good to find events, not to
measure them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.ephemeris import carrington_longitude, earth
from helioscribe.domain.event import Event
from helioscribe.domain.rotation import from_radial, heliographic, projected

__all__ = ["Extent", "Footprint", "footprint"]

Point = tuple[float, float]

_FARTHEST = 1e6
"""No place on the sky or the Sun has a larger coordinate."""

_SMALL = 10.0
"""A box up to this size [deg, or a hundredth of arcsec] keeps its shape from one frame to the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A place and the box around it, in arcsec or degrees."""

    x: float
    """Mean location, west."""

    y: float
    """Mean location, north."""

    x1: float
    """Eastern edge."""

    y1: float
    """Southern edge."""

    x2: float
    """Western edge."""

    y2: float
    """Northern edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """An event's place. What is not known, or not there in a frame, is None."""

    seen: Extent | None = None
    """Helioprojective [arcsec], from the Earth; None behind the limb."""

    surface: Extent | None = None
    """Stonyhurst [deg]; None off the disk."""

    meridian: float
    """Carrington longitude of the central meridian [deg]: what leads from Stonyhurst to Carrington longitudes."""


def footprint(event: Event) -> Footprint:
    """Return where an event lies."""
    meridian = carrington_longitude(event.event_starttime)
    native = _native(event)
    if event.noposition or max(map(abs, (native.x, native.y, native.x1, native.y1, native.x2, native.y2))) > _FARTHEST:
        return Footprint(meridian=meridian)
    seen, surface = _extents(native, event, meridian)
    return Footprint(seen=seen, surface=surface, meridian=meridian)


def _extents(native: Extent, event: Event, meridian: float) -> tuple[Extent | None, Extent | None]:
    observer, frame = earth(event.event_starttime), event.event_coordsys[4:7]
    match frame:
        case "HPC":
            seen = _scaled(native, 3600) if event.event_coordunit.lower().startswith("deg") else native
            return seen, _below(seen, observer)
        case "HRC" | "HCR":
            seen = _radial(native, observer)
            return seen, _below(seen, observer)
        case "HGS":
            return _above(native, observer), native
        case "HGC":
            surface = _moved(native, (native.x - meridian + 180) % 360 - 180 - native.x)
            return _above(surface, observer), surface
        case _:
            return None, None


def _native(event: Event) -> Extent:
    xs = sorted((event.boundbox_c1ll, event.boundbox_c1ur))
    ys = sorted((event.boundbox_c2ll, event.boundbox_c2ur))
    if xs[0] == xs[1] and ys[0] == ys[1]:  # a box that nobody filled in
        xs, ys = [event.event_coord1] * 2, [event.event_coord2] * 2
    return Extent(x=event.event_coord1, y=event.event_coord2, x1=xs[0], y1=ys[0], x2=xs[1], y2=ys[1])


def _scaled(extent: Extent, factor: float) -> Extent:
    x, y, x1, y1, x2, y2 = (
        factor * value for value in (extent.x, extent.y, extent.x1, extent.y1, extent.x2, extent.y2)
    )
    return Extent(x=x, y=y, x1=x1, y1=y1, x2=x2, y2=y2)


def _moved(extent: Extent, x: float) -> Extent:
    return Extent(x=extent.x + x, y=extent.y, x1=extent.x1 + x, y1=extent.y1, x2=extent.x2 + x, y2=extent.y2)


def _below(seen: Extent, observer: Observer) -> Extent | None:
    return _around([heliographic(Position(tx=x, ty=y), observer) for x, y in _grid(seen, _SMALL * 100)])


def _above(surface: Extent, observer: Observer) -> Extent | None:
    places = [projected(x, y, observer) for x, y in _grid(surface, _SMALL)]
    return _around([(place.tx, place.ty) if place else None for place in places])


def _radial(extent: Extent, observer: Observer) -> Extent:
    """Return the box on the sky of a range of position angles [deg] and distances from the Sun's centre [radii]."""
    places = [from_radial(far, angle, observer) for angle, far in _grid(extent, _SMALL)]
    points = [(place.tx, place.ty) for place in places]
    return _bounds(points[0], points)


def _grid(extent: Extent, small: float) -> list[Point]:
    """Return the mean location and points all over the box."""
    if extent.x2 - extent.x1 <= small and extent.y2 - extent.y1 <= small:
        xs, ys = (extent.x1, extent.x2), (extent.y1, extent.y2)
        return [(extent.x, extent.y), (xs[0], ys[0]), (xs[0], ys[1]), (xs[1], ys[0]), (xs[1], ys[1])]
    steps = 6
    across = [extent.x1 + (extent.x2 - extent.x1) * step / steps for step in range(steps + 1)]
    up = [extent.y1 + (extent.y2 - extent.y1) * step / steps for step in range(steps + 1)]
    return [(extent.x, extent.y), *((x, y) for x in across for y in up)]


def _around(points: Sequence[Point | None]) -> Extent | None:
    there = [point for point in points if point is not None]
    return _bounds(points[0], there) if there else None


def _bounds(middle: Point | None, points: Sequence[Point]) -> Extent:
    xs, ys = zip(*points, strict=True)
    x1, y1, x2, y2 = min(xs), min(ys), max(xs), max(ys)
    x, y = middle or ((x1 + x2) / 2, (y1 + y2) / 2)
    return Extent(x=x, y=y, x1=x1, y1=y1, x2=x2, y2=y2)
