"""Active regions on the solar surface: bipoles with Hale's and Joy's laws, from alpha to gamma-delta.

A region is the radial field on a plane map, longitude to the west and latitude to the north, made of round spots and
of many small elements of plage. Fields and sizes: Solanki (2003, A&A Rev. 11, 153); tilts: Wang & Sheeley (1989,
Sol. Phys. 124, 81) as 0.5 deg a degree of latitude with a scatter of 15 deg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEP", "Patch", "blurred", "make_region"]

STEP = 0.12
"""Degrees a pixel of a map."""

_SIDE = 260
"""Pixels a side of a map: 31 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A piece of the surface."""

    field: NDArray[np.float32]
    """Radial field [G], shape (latitude, longitude), row 0 at the south, column 0 at the east."""

    step: float
    """Degrees a pixel, in latitude and in longitude at the map's middle."""

    kind: str
    """Mount Wilson class; ``PLAGE`` for a region without spots, empty if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    x: float
    y: float
    radius: float
    field: float


def make_region(rng: np.random.Generator, kind: str, *, north: bool, leading: int, latitude: float) -> Patch:
    """Make a region.

    Parameters
    ----------
    rng
        Of everything random.
    kind
        A Mount Wilson class, or ``PLAGE``.
    north, leading
        Hemisphere, and the sign of the leading polarity in it (Hale's law: the other one in the other hemisphere).
    latitude
        Of the region's middle [deg], for Joy's law.
    """
    size = float(np.clip(rng.lognormal(0.0, 0.45), 0.45, 2.4))
    tilt = np.radians(0.5 * abs(latitude) + rng.normal(0, 15)) * (-1 if north else 1)
    half = float(np.clip(rng.lognormal(np.log(2.4), 0.4), 1.1, 6.5)) * size**0.3
    # The leading polarity lies in the west and nearer to the equator.
    ahead = np.array([half * np.cos(tilt), half * np.sin(tilt)])
    field = _plage(rng, kind, ahead, leading, size)
    for spot in _spots(rng, kind, ahead, leading, size):
        field += _round(spot)
    return Patch(field=field.astype(np.float32), step=STEP, kind=kind)


def _spots(rng: np.random.Generator, kind: str, ahead: NDArray[np.float64], sign: int, size: float) -> list[_Spot]:
    if kind == "PLAGE":
        return []
    parts = set(kind.split("-"))
    spots = []
    if "ALPHA" in parts:
        spots = [_spot(rng, ahead * rng.uniform(0.3, 1.0), sign, size * 1.1)]
    if "BETA" in parts:
        spots = [_spot(rng, ahead, sign, size)]
        behind = [-ahead + rng.normal(0, 0.5, 2) for _ in range(rng.integers(1, 4))]
        spots += [_spot(rng, place, -sign, size * rng.uniform(0.45, 0.9)) for place in behind]
    if kind in ("GAMMA", "GAMMA-DELTA"):
        places = [rng.normal(0, 1.6, 2) * size**0.5 for _ in range(rng.integers(5, 10))]
        spots = [_spot(rng, place, _either(rng), size * rng.uniform(0.4, 0.9)) for place in places]
        spots += [_spot(rng, rng.normal(0, 1.2, 2), sign * way, size * 0.7) for way in (-1, 1)]
    elif "GAMMA" in parts:
        places = [ahead * rng.uniform(-0.7, 0.7) + rng.normal(0, 0.9, 2) for _ in range(rng.integers(3, 7))]
        spots += [_spot(rng, place, _either(rng), size * rng.uniform(0.35, 0.7)) for place in places]
        for way in (-1, 1):  # on each side one of the other side's sign, so that no line parts them
            place = ahead * way * rng.uniform(0.5, 1.1) + rng.normal(0, 0.7, 2)
            spots.append(_spot(rng, place, -sign * way, size * rng.uniform(0.35, 0.6)))
    if kind == "DELTA":
        spots = [_spot(rng, rng.normal(0, 0.4, 2), sign, size)]
    if "DELTA" in parts:
        host = max(spots, key=lambda spot: spot.radius)
        angle, reach = rng.uniform(0, 2 * np.pi), host.radius * rng.uniform(1.1, 1.7)
        place = np.array([host.x + reach * np.cos(angle), host.y + reach * np.sin(angle)])
        spots.append(_spot(rng, place, -int(np.sign(host.field)), size * rng.uniform(0.6, 0.95)))
    return spots


def _either(rng: np.random.Generator) -> int:
    return int(rng.choice([-1, 1]))


def _spot(rng: np.random.Generator, place: NDArray[np.float64], sign: int, size: float) -> _Spot:
    radius = float(np.clip(rng.lognormal(np.log(0.5), 0.35) * size**0.8, 0.2, 1.9))
    strength = rng.uniform(1500, 2800) * min(1.0, 0.65 + 0.35 * radius)
    return _Spot(x=float(place[0]), y=float(place[1]), radius=radius, field=sign * strength)


def _round(spot: _Spot) -> NDArray[np.float64]:
    y, x = (np.mgrid[:_SIDE, :_SIDE] - (_SIDE - 1) / 2) * STEP
    distance = ((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.radius**2
    # Umbra and penumbra: the field falls to a third at the edge and is gone soon after.
    return spot.field * np.exp(-distance) / (1 + np.exp(np.clip((np.sqrt(distance) - 1.25) * 9, -50, 50)))


def _plage(
    rng: np.random.Generator, kind: str, ahead: NDArray[np.float64], sign: int, size: float
) -> NDArray[np.float64]:
    """Small elements around the two polarities, wider and weaker the older the region."""
    age = rng.uniform(0.4, 2.0) if kind in ("ALPHA", "PLAGE") else rng.uniform(0.0, 1.0)
    spread = (0.9 + 1.6 * age) * size**0.5
    count = int(rng.uniform(120, 380) * size * (1.6 if kind == "PLAGE" else 1.0))
    field = np.zeros((_SIDE, _SIDE))
    for way in (1, -1):
        stretch = 0.7 if way > 0 else 1.15  # the following polarity is more scattered
        mixed = np.where(rng.random(count) < 0.1, -1, 1) * sign * way
        x = ahead[0] * way + rng.normal(0, spread * stretch * 1.4, count)
        y = ahead[1] * way + rng.normal(0, spread * stretch * 0.8, count)
        columns, rows = (np.round(axis / STEP + (_SIDE - 1) / 2).astype(int) for axis in (x, y))
        inside = (columns >= 0) & (columns < _SIDE) & (rows >= 0) & (rows < _SIDE)
        strength = rng.exponential(900 if kind != "PLAGE" else 500, count) * mixed
        np.add.at(field, (rows[inside], columns[inside]), strength[inside])
    return blurred(field, 1.6) * 5.0


def blurred(field: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return a map smoothed with a Gaussian of this width [pixels]."""
    reach = int(np.ceil(3 * width))
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * width**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        field = np.apply_along_axis(np.convolve, axis, field, kernel, mode="same")
    return field
