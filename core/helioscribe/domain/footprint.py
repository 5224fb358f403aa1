"""Positions and bounding boxes of events in every frame that can be searched, as seen from the Earth at their start.

Boxes are transformed by their corners, large ones by a grid of points. This is exact enough for searches, but not for
measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from helioscribe.domain.coordinates import Numbers, Observers
from helioscribe.domain.ephemeris import from_earth
from helioscribe.domain.event import Event
from helioscribe.domain.rotation import from_radial, on_sky, on_surface

__all__ = ["Extent", "Footprint", "footprint", "footprints"]

Turn = Callable[[Numbers, Numbers, Observers], tuple[Numbers, Numbers]]

_FARTHEST = 1e6
"""Larger coordinates are invalid [arcsec or deg]."""

_SMALL = 10.0
"""Boxes up to this size [deg, or 100 arcsec] are transformed by their corners, larger ones by a grid."""

_STEPS = np.arange(7) / 6
_CORNERS = np.array([(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]).T
_GRID = np.array([(x, y) for x in _STEPS for y in _STEPS]).T
"""Points of a box as fractions of its width and height, shape (2, points)."""

_place = attrgetter("event_coord1", "event_coord2", "boundbox_c1ll", "boundbox_c2ll", "boundbox_c1ur", "boundbox_c2ur")


class Extent(NamedTuple):
    """A position and the bounding box around it [arcsec or deg]."""

    x: float
    """Mean position towards the west."""

    y: float
    """Mean position towards the north."""

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
    """The position of an event in every frame; None in a frame if it is unknown or not defined there."""

    seen: Extent | None = None
    """Helioprojective position as seen from the Earth [arcsec]; None behind the limb."""

    surface: Extent | None = None
    """Stonyhurst position [deg]; None off the disk."""

    meridian: float
    """Carrington longitude of the central meridian [deg], to be added to Stonyhurst longitudes."""


def footprint(event: Event) -> Footprint:
    """Return the position of one event; for many events, `footprints` is much faster."""
    return footprints([event])[0]


def footprints(events: Sequence[Event]) -> list[Footprint]:
    """Return the positions of events, in their order."""
    if not events:
        return []
    observers, meridians = from_earth(event.event_starttime for event in events)
    seen, surface = _extents(events, observers, meridians)
    found = zip(_known(seen), _known(surface), meridians.tolist(), strict=True)
    return [Footprint(seen=sky, surface=ground, meridian=meridian) for sky, ground, meridian in found]


def _known(extents: Numbers) -> list[Extent | None]:
    return [None if isnan(row[0]) else Extent._make(row) for row in extents.tolist()]


def _extents(events: Sequence[Event], observers: Observers, meridians: Numbers) -> tuple[Numbers, Numbers]:
    """Return the helioprojective and the Stonyhurst extents as rows of `Extent`; NaN where there is none."""
    native, frames = _native(events), np.array([event.event_coordsys[4:7] for event in events])
    seen, surface = np.full_like(native, np.nan), np.full_like(native, np.nan)
    radial, carrington = np.isin(frames, ("HRC", "HCR")), frames == "HGC"
    sky, ground = radial | (frames == "HPC"), carrington | (frames == "HGS")
    seen[sky], surface[ground] = native[sky], native[ground]
    seen[radial] = _turned(native[radial], _ejected, observers.part(radial), _SMALL)
    x = surface[carrington, 0]
    surface[carrington, ::2] += ((x - meridians[carrington] + 180) % 360 - 180 - x)[:, None]
    surface[sky] = _turned(seen[sky], on_surface, observers.part(sky), _SMALL * 100)
    seen[ground] = _turned(surface[ground], on_sky, observers.part(ground), _SMALL)
    return seen, surface


def _native(events: Sequence[Event]) -> Numbers:
    """Return the extents in the records' own frames [arcsec or deg]; NaN where the records have none."""
    middle, one, other = np.hsplit(np.array([_place(event) for event in events], float), 3)
    unfilled = (one == other).all(axis=1, keepdims=True)
    low, high = np.where(unfilled, middle, np.minimum(one, other)), np.where(unfilled, middle, np.maximum(one, other))
    places = np.hstack([middle, low, high])
    nowhere = np.array([event.noposition for event in events])
    places[nowhere | (np.abs(places) > _FARTHEST).any(axis=1)] = np.nan
    places[[_in_degrees(event) for event in events]] *= 3600
    return places


def _in_degrees(event: Event) -> bool:
    return event.event_coordsys[4:7] == "HPC" and event.event_coordunit.lower().startswith("deg")


def _ejected(angle: Numbers, distance: Numbers, observers: Observers) -> tuple[Numbers, Numbers]:
    return from_radial(distance, angle, observers)


def _turned(extents: Numbers, turn: Turn, observers: Observers, small: float) -> Numbers:
    """Return extents in another frame: boxes around those points of the old boxes that exist there."""
    found = np.empty_like(extents)
    wide = (extents[:, 4:] - extents[:, 2:4] > small).any(axis=1)
    for pattern, chosen in ((_CORNERS, ~wide), (_GRID, wide)):
        x, y, x1, y1, x2, y2 = extents[chosen].T[:, :, None]
        xs, ys = np.hstack([x, x1 + (x2 - x1) * pattern[0]]), np.hstack([y, y1 + (y2 - y1) * pattern[1]])
        found[chosen] = _around(*turn(xs, ys, observers.part((chosen, None))))
    return found


def _around(x: Numbers, y: Numbers) -> Numbers:
    """Return the extents of rows of points, of which the first is the mean position."""
    low, high = (np.array([reduce(x, axis=1), reduce(y, axis=1)]) for reduce in (np.fmin.reduce, np.fmax.reduce))
    middle = np.array([x[:, 0], y[:, 0]])
    middle = np.where(np.isnan(middle), (low + high) / 2, middle)
    return np.concatenate([middle, low, high]).T
