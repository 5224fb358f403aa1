"""The place of an event in each frame that HEK's readers look at: helioprojective, Stonyhurst, Carrington, radial."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import datetime
from math import hypot

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.ephemeris import carrington_longitude, earth
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.rotation import from_radial, heliographic, limb, projected, radial

__all__ = ["FRAMES", "Pair", "box_corners", "in_frames", "native_place", "place_columns", "polygon",
           "seen_from_earth", "vertices"]  # fmt: skip

Pair = tuple[float, float]
"""Two coordinates: arcsec west and north, or degrees of longitude and latitude, or radii and degrees."""

FRAMES = ("hpc", "hgs", "hgc", "hrc")
"""As the columns begin."""

_CODES = {"UTC-HPC-TOPO": "hpc", "UTC-HGS-TOPO": "hgs", "UTC-HGC-TOPO": "hgc", "UTC-HRC-TOPO": "hrc",
          "UTC-HCR-TOPO": "hrc"}  # fmt: skip
_POLYGON = re.compile(r"\s*POLYGON\s*\(\((.*)\)\)\s*", re.IGNORECASE | re.DOTALL)
_MOST_VERTICES = 10_000


def in_frames(frame: str, place: Pair, moment: datetime) -> dict[str, Pair | None]:
    """Return a place as the Earth sees it in every frame, as far as it has one there.

    Parameters
    ----------
    frame
        One of `FRAMES`, in which `place` stands: ``hpc`` [arcsec], ``hgs`` and ``hgc`` [deg], ``hrc`` [solar radii and
        degrees from north over east].
    place
        The two coordinates.
    moment
        UTC at the Earth.

    Returns
    -------
    dict
        By frame. Beyond the limb the heliographic place is that of the limb below; behind it there is no
        helioprojective one.
    """
    observer, middle = earth(moment), carrington_longitude(moment)
    if frame in {"hgs", "hgc"}:
        longitude = place[0] if frame == "hgs" else place[0] - middle
        seen = projected(longitude, place[1], observer)
        sky = _pair(seen) if seen else None
        return _all(sky, (_wrapped(longitude), place[1]), middle, observer)
    sky = place if frame == "hpc" else _pair(from_radial(*place, observer))
    return _all(sky, _below(sky, observer), middle, observer) | {frame: place}


def _all(sky: Pair | None, ground: Pair, middle: float, observer: Observer) -> dict[str, Pair | None]:
    return {
        "hpc": sky,
        "hgs": ground,
        "hgc": (_wrapped(ground[0] + middle), ground[1]),
        "hrc": radial(Position(tx=sky[0], ty=sky[1]), observer) if sky else None,
    }


def _wrapped(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


def _below(sky: Pair, observer: Observer) -> Pair:
    found = heliographic(Position(tx=sky[0], ty=sky[1]), observer)
    shrink = 0.9999 * limb(observer) / max(hypot(*sky), 1e-9)
    for _ in range(4):
        if found is not None:
            return found
        found = heliographic(Position(tx=sky[0] * shrink, ty=sky[1] * shrink), observer)
        shrink *= 0.9999
    return 0.0, 0.0


def _pair(position: Position) -> Pair:
    return position.tx, position.ty


def native_place(system: str, unit: str, place: Pair) -> tuple[str, Pair]:
    """Return the frame of a record and a place in it, in the frame's own units. Raises `InvalidInputError`."""
    frame = _CODES.get(system.strip().upper())
    if frame is None:
        raise InvalidInputError(f"event_coordsys {system!r:.40}: expected one of {', '.join(_CODES)}")
    if frame == "hrc":
        return frame, (place[1], place[0])  # HEK writes angle and radius, its columns are radius and angle
    factor = 3600.0 if frame == "hpc" and unit.strip().lower().startswith("deg") else 1.0
    return frame, (place[0] * factor, place[1] * factor)


def seen_from_earth(system: str, unit: str, place: Pair, moment: datetime) -> dict[str, Pair | None]:
    """Return the place of a record in every frame, as `in_frames` does. Raises `InvalidInputError`."""
    frame, native = native_place(system, unit, place)
    return in_frames(frame, native, moment)


def box_corners(low: Pair, high: Pair) -> list[Pair]:
    """Return a box as a closed ring of corners, from the lower left one anticlockwise."""
    return [low, (high[0], low[1]), high, (low[0], high[1]), low]


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


def place_columns(
    system: str, unit: str, *, place: Pair, box: tuple[Pair, Pair], chain: str, moment: datetime
) -> dict[str, object]:
    """Return the columns ``hpc_x`` to ``hrc_boundcc`` of an event with a position, as the Earth sees it at a moment."""
    places = seen_from_earth(system, unit, place, moment)
    corners = [seen_from_earth(system, unit, corner, moment) for corner in box_corners(*box)[:-1]]
    ring = [*corners, corners[0]]
    bound = [seen_from_earth(system, unit, vertex, moment) for vertex in vertices(chain)]
    found: dict[str, object] = {}
    for name, (x, y) in _NAMES.items():
        here = places[name]
        found[x], found[y] = here or (None, None)
        found[f"{name}_coord"] = f"POINT({_short(here[0])} {_short(here[1])})" if here else ""
        found[f"{name}_bbox"] = polygon(_whole([one[name] for one in ring]))
        found[f"{name}_boundcc"] = polygon(_whole([one[name] for one in bound]))
    sky = _whole([one["hpc"] for one in ring])
    found["hpc_geom"] = _wkb(sky) if sky else ""
    found["hpc_radius"] = repr(hypot(*places["hpc"])) if places["hpc"] else ""
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
