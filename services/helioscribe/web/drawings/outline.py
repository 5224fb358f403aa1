"""Where an event lies on the disk at another time: its outline turns with the surface."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from helioscribe.domain.coordinates import Position
from helioscribe.domain.ephemeris import carrington_longitude, earth
from helioscribe.domain.event import Event
from helioscribe.domain.rotation import moved, on_sky, rotation_rate, visible

__all__ = ["Outline", "outline"]

Outline = tuple[Position, ...]
"""Points as seen from the Earth: one for a place, more for what has an extent; empty if it cannot be seen."""

_Place = tuple[float, float]
_STEPS = 4
"""Points on each side of a box: on the sphere its sides are curves."""

_MOST_POINTS = 400

_POLYGON = re.compile(r"POLYGON\s*\(\(([-+0-9eE., ]+)\)\)")


def outline(event: Event, moment: datetime) -> Outline:
    """Return where the Earth sees an event at some moment.

    Parameters
    ----------
    event
        With a place; its coordinates hold at its start.
    moment
        UTC. What lies on the surface turns by then at the rate of magnetic features; what lies off the limb stays.
    """
    if event.noposition:
        return ()
    then, later = event.event_starttime, moment - event.event_starttime
    x, y = np.array(_points(event)).T
    if event.event_coordsys.startswith("UTC-HPC"):
        seen = moved(x, y, earth(then), earth(moment), later)
    elif event.event_coordsys.startswith(("UTC-HGS", "UTC-HGC")):
        shift = carrington_longitude(then) if event.event_coordsys.startswith("UTC-HGC") else 0.0
        seen = on_sky(x - shift + rotation_rate(y) * (later / timedelta(days=1)), y, earth(moment))
    else:
        return ()
    return visible(*seen)


def _points(event: Event) -> Sequence[_Place]:
    return _polygon(event) or _box(event) or [(event.event_coord1, event.event_coord2)]


def _polygon(event: Event) -> list[_Place]:
    frame = event.event_coordsys[4:7].lower()
    found = _POLYGON.fullmatch(str(event.attributes.get(f"{frame}_boundcc", "")).strip())
    if not found:
        return []
    try:
        pairs = [tuple(map(float, pair.split())) for pair in found[1].split(",")]
    except ValueError:
        return []
    step = max(1, len(pairs) // _MOST_POINTS)
    return [(pair[0], pair[1]) for pair in pairs[::step] if len(pair) == 2]


def _box(event: Event) -> list[_Place]:
    left, low, right, high = (event.boundbox_c1ll, event.boundbox_c2ll, event.boundbox_c1ur, event.boundbox_c2ur)
    if not (left < right and low < high):
        return []
    corners = [(left, low), (right, low), (right, high), (left, high), (left, low)]
    return [
        (x0 + (x1 - x0) * step / _STEPS, y0 + (y1 - y0) * step / _STEPS)
        for (x0, y0), (x1, y1) in pairwise(corners)
        for step in range(_STEPS)
    ]
