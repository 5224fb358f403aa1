"""Places of events in each frame that HEK's readers look at: helioprojective, Stonyhurst, Carrington, radial."""

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

__all__ = ["FRAMES", "Pair", "Seen", "box_ring", "frame_of", "in_frames", "mean_place", "outer_ring", "place_columns",
           "polygon", "seen_from_earth", "vertices"]  # fmt: skip

Pair = tuple[float, float]
"""Two coordinates: arcsec west and north, or degrees of longitude and latitude, or radii and degrees."""

Seen = Mapping[str, Sequence[Pair | None]]
"""Places by frame; None behind the limb."""

FRAMES = ("hpc", "hgs", "hgc", "hrc")
"""As the columns begin."""

_CODES = {"UTC-HPC-TOPO": "hpc", "UTC-HGS-TOPO": "hgs", "UTC-HGC-TOPO": "hgc", "UTC-HRC-TOPO": "hrc",
          "UTC-HCR-TOPO": "hrc"}  # fmt: skip
_POLYGON = re.compile(r"\s*POLYGON\s*\(\((.*)\)\)\s*", re.IGNORECASE | re.DOTALL)
_MOST_VERTICES = 10_000


def in_frames(frame: str, places: Numbers, observers: Observers, meridians: Numbers) -> dict[str, Numbers]:
    """Return places as the Earth sees them in every frame.

    Parameters
    ----------
    frame
        One of `FRAMES`, in which `places` stand: ``hpc`` [arcsec], ``hgs`` and ``hgc`` [deg], ``hrc`` [solar radii and
        degrees from north over east].
    places
        Shape (2, n).
    observers, meridians
        The Earth, and the Carrington longitudes [deg] below it, at the time of each place.

    Returns
    -------
    dict
        By frame, shape (2, n). Beyond the limb the heliographic place is that of the limb below; behind it there is no
        helioprojective one but NaN.
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
    """Return which of `FRAMES` a record's ``event_coordsys`` names. Raises `InvalidInputError` if none."""
    frame = _CODES.get(system.strip().upper())
    if frame is None:
        raise InvalidInputError(f"event_coordsys {system!r:.40}: expected one of {', '.join(_CODES)}")
    return frame


def seen_from_earth(events: Sequence[Event], places: Sequence[Sequence[Pair]]) -> list[Seen]:
    """Return places of events in every frame, as the Earth saw them when the event began.

    Parameters
    ----------
    events
        With known frames.
    places
        Of each event some, in its own frame and units.

    Raises
    ------
    InvalidInputError
        For a frame that is none.
    """
    if not events:
        return []
    counts = [len(some) for some in places]
    frames = np.repeat([frame_of(event.event_coordsys) for event in events], counts)
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(places)), float, 2 * sum(counts)).reshape(-1, 2).T
    # HEK writes angle and radius, its columns are radius and angle.
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
    """Return the mean location of an event, in its own frame and units."""
    return event.event_coord1, event.event_coord2


def box_ring(event: Event) -> list[Pair]:
    """Return the bounding box of an event as a closed ring of corners, from the lower left one anticlockwise."""
    (x1, y1), (x2, y2) = (event.boundbox_c1ll, event.boundbox_c2ll), (event.boundbox_c1ur, event.boundbox_c2ur)
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]


def outer_ring(event: Event) -> list[Pair]:
    """Return the outline of an event that its chain code draws; empty if it has none. Raises `InvalidInputError`."""
    return vertices(str(event.attributes.get("bound_chaincode", "")))


def polygon(ring: Sequence[Pair]) -> str:
    """Return a ring as ``POLYGON((x y,x y,...))``; nothing for an empty one."""
    inner = ",".join(f"{_short(x)} {_short(y)}" for x, y in ring)
    return f"POLYGON(({inner}))" if inner else ""


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def vertices(text: str) -> list[Pair]:
    """Read ``POLYGON((x y,x y,...))``, or HEK's older list ``x1,y1,x2,y2``; empty for no text.

    Raises
    ------
    InvalidInputError
        If it is neither, or too long.
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
    """Yield the columns ``hpc_x`` to ``hrc_boundcc`` of events with a position, as the Earth sees them.

    Raises
    ------
    InvalidInputError
        If the place of a record cannot be understood.
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
    # A ring that reaches behind the limb has no whole outline there.
    seen = [pair for pair in ring if pair is not None]
    return seen if len(seen) == len(ring) else []


def _wkb(ring: Sequence[Pair]) -> str:
    # A polygon of one ring, little-endian (OGC 06-103r4, section 8).
    numbers = [value for pair in ring for value in pair]
    return struct.pack(f"<BIII{len(numbers)}d", 1, 3, 1, len(ring), *numbers).hex().upper()
