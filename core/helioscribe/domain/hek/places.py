"""Positions of events in the four frames of HEK's columns: helioprojective, Stonyhurst, Carrington and radial."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import hypot, isnan

import numpy as np

from helioscribe.domain.coordinates import Numbers, Observers
from helioscribe.domain.ephemeris import from_earth
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.rotation import from_radial, limb, on_sky, on_surface, radial

__all__ = [
    "FRAMES",
    "Pair",
    "Seen",
    "box_ring",
    "frame_of",
    "in_frames",
    "mean_place",
    "outer_ring",
    "place_columns",
    "polygon",
    "seen_from_earth",
    "vertices",
]

Pair = tuple[float, float]
"""Two coordinates: Tx and Ty [arcsec], longitude and latitude [deg], or radius [solar radii] and angle [deg]."""

Seen = Mapping[str, Sequence[Pair | None]]
"""Positions by frame; None behind the limb."""

FRAMES = ("hpc", "hgs", "hgc", "hrc")
"""The frames, by the beginning of their columns' names."""

_CODES = {
    "UTC-HPC-TOPO": "hpc",
    "UTC-HGS-TOPO": "hgs",
    "UTC-HGC-TOPO": "hgc",
    "UTC-HRC-TOPO": "hrc",
    "UTC-HCR-TOPO": "hrc",
}
_POLYGON = re.compile(r"\s*POLYGON\s*\(\((.*)\)\)\s*", re.IGNORECASE | re.DOTALL)
_MOST_VERTICES = 10_000


def in_frames(frame: str, places: Numbers, observers: Observers, meridians: Numbers) -> dict[str, Numbers]:
    """Return positions in every frame, as seen from the Earth.

    Parameters
    ----------
    frame
        Frame of `places`, one of `FRAMES`: ``hpc`` [arcsec], ``hgs`` and ``hgc`` [deg], ``hrc`` [solar radii, and
        degrees from north towards east].
    places
        Coordinates, shape (2, n).
    observers, meridians
        Positions of the Earth, and the Carrington longitudes of the central meridian [deg], one for each position.

    Returns
    -------
    dict
        Coordinates by frame, shape (2, n). The heliographic position of a point above the limb is that of the limb
        below it. The helioprojective position of a point behind the limb is NaN.
    """
    x, y = places
    if frame in {"hgs", "hgc"}:
        longitude = x if frame == "hgs" else x - meridians
        return _all(on_sky(longitude, y, observers), (_wrapped(longitude), y), observers, meridians)
    sky = (x, y) if frame == "hpc" else from_radial(x, y, observers)
    return _all(sky, _below(sky[0], sky[1], observers), observers, meridians) | {frame: places}


def _all(
    sky: tuple[Numbers, Numbers], ground: tuple[Numbers, Numbers], observers: Observers, meridians: Numbers
) -> dict[str, Numbers]:
    return {
        "hpc": np.array(sky),
        "hgs": np.array(ground),
        "hgc": np.array([_wrapped(ground[0] + meridians), ground[1]]),
        "hrc": np.array(radial(*sky, observers)),
    }


def _wrapped(longitude: Numbers) -> Numbers:
    return (longitude + 180) % 360 - 180


def _below(x: Numbers, y: Numbers, observers: Observers) -> tuple[Numbers, Numbers]:
    longitude, latitude = on_surface(x, y, observers)
    for step in range(1, 5):
        off = np.isnan(longitude)
        if not off.any():
            break
        inner = 0.9999**step * limb(observers.part(off)) / np.maximum(np.hypot(x[off], y[off]), 1e-9)
        longitude[off], latitude[off] = on_surface(x[off] * inner, y[off] * inner, observers.part(off))
    return np.nan_to_num(longitude), np.nan_to_num(latitude)


def frame_of(system: str) -> str:
    """Return the frame that ``event_coordsys`` names, one of `FRAMES`. Raises `InvalidInputError` if unknown."""
    frame = _CODES.get(system.strip().upper())
    if frame is None:
        raise InvalidInputError(f"event_coordsys {system!r:.40}: expected one of {', '.join(_CODES)}")
    return frame


def seen_from_earth(events: Sequence[Event], places: Sequence[Sequence[Pair]]) -> list[Seen]:
    """Return positions of events in every frame, as seen from the Earth when the event began.

    Parameters
    ----------
    events
        The events.
    places
        Positions for each event, in the frame and unit of the event.

    Raises
    ------
    InvalidInputError
        If the frame of an event is unknown.
    """
    if not events:
        return []
    counts = [len(some) for some in places]
    frames = np.repeat([frame_of(event.event_coordsys) for event in events], counts)
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(places)), float, 2 * sum(counts)).reshape(-1, 2).T
    # HEK's coordinates are angle and radius, its columns radius and angle.
    native = np.where(frames == "hrc", flat[::-1], flat) * np.repeat([_unit(event) for event in events], counts)
    earth, middle = from_earth(event.event_starttime for event in events)
    owner = np.repeat(np.arange(len(events)), counts)
    seen = {name: np.empty_like(native) for name in FRAMES}
    for frame in set(frames.tolist()):
        part = frames == frame
        for name, found in in_frames(frame, native[:, part], earth.part(owner[part]), middle[owner[part]]).items():
            seen[name][:, part] = found
    return list(_divided({name: _pairs(found) for name, found in seen.items()}, counts))


def _unit(event: Event) -> float:
    in_degrees = frame_of(event.event_coordsys) == "hpc" and event.event_coordunit.strip().lower().startswith("deg")
    return 3600.0 if in_degrees else 1.0


def _pairs(places: Numbers) -> list[Pair | None]:
    return [None if isnan(x) else (x, y) for x, y in places.T.tolist()]


def _divided(seen: Seen, counts: Sequence[int]) -> Iterator[Seen]:
    begin = 0
    for count in counts:
        yield {name: found[begin : begin + count] for name, found in seen.items()}
        begin += count


def mean_place(event: Event) -> Pair:
    """Return the mean position of an event, in the frame and unit of the event."""
    return event.event_coord1, event.event_coord2


def box_ring(event: Event) -> list[Pair]:
    """Return the corners of an event's bounding box, anticlockwise from the lower left one, which is repeated."""
    (x1, y1), (x2, y2) = (event.boundbox_c1ll, event.boundbox_c2ll), (event.boundbox_c1ur, event.boundbox_c2ur)
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]


def outer_ring(event: Event) -> list[Pair]:
    """Return the outline of an event; empty if it has none. Raises `InvalidInputError` if it cannot be read."""
    return vertices(str(event.attributes.get("bound_chaincode", "")))


def polygon(ring: Sequence[Pair]) -> str:
    """Return points as ``POLYGON((x y,x y,...))``; empty text if there are none."""
    inner = ",".join(f"{_short(x)} {_short(y)}" for x, y in ring)
    return f"POLYGON(({inner}))" if inner else ""


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def vertices(text: str) -> list[Pair]:
    """Read ``POLYGON((x y,x y,...))`` or HEK's older form ``x1,y1,x2,y2``; empty text has no points.

    Raises
    ------
    InvalidInputError
        If it has neither form, or too many points.
    """
    found = _POLYGON.fullmatch(text)
    numbers = re.split(r"[\s,]+", (found[1] if found else text).strip()) if text.strip() else []
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        values = [0.0]
    if len(values) % 2 or len(values) > 2 * _MOST_VERTICES:
        raise InvalidInputError(f"polygon {text!r:.40}: expected POLYGON((x y,x y,...))")
    return list(zip(values[::2], values[1::2], strict=True))


def place_columns(events: Sequence[Event]) -> Iterator[dict[str, object]]:
    """Yield for each event the columns ``hpc_x`` to ``hrc_boundcc``, as seen from the Earth.

    The events must have a position.

    Raises
    ------
    InvalidInputError
        If the position of an event cannot be understood.
    """
    places = [[mean_place(event), *box_ring(event), *outer_ring(event)] for event in events]
    return map(_columns, seen_from_earth(events, places))


def _columns(seen: Seen) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, (x, y) in _NAMES.items():
        here, ring, bound = seen[name][0], seen[name][1:6], seen[name][6:]
        found[x], found[y] = here or (None, None)
        found[f"{name}_coord"] = f"POINT({_short(here[0])} {_short(here[1])})" if here else ""
        found[f"{name}_bbox"] = polygon(_whole(ring))
        found[f"{name}_boundcc"] = polygon(_whole(bound))
    middle, sky = seen["hpc"][0], _whole(seen["hpc"][1:6])
    found["hpc_geom"] = _wkb(sky) if sky else ""
    found["hpc_radius"] = repr(hypot(*middle)) if middle else ""
    return found


_NAMES = {name: (f"{name}_x", f"{name}_y") for name in FRAMES} | {"hrc": ("hrc_r", "hrc_a")}


def _whole(ring: Sequence[Pair | None]) -> list[Pair]:
    # An outline with points behind the limb is left out.
    seen = [pair for pair in ring if pair is not None]
    return seen if len(seen) == len(ring) else []


def _wkb(ring: Sequence[Pair]) -> str:
    # A polygon of one ring, little-endian (OGC 06-103r4, section 8).
    numbers = [value for pair in ring for value in pair]
    return struct.pack(f"<BIII{len(numbers)}d", 1, 3, 1, len(ring), *numbers).hex().upper()
