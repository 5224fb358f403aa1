"""Active regions on the solar surface: spots after NOAA's statistics and plage, with Hale's and Joy's laws.

A region is the radial field on a plane map, longitude to the west and latitude to the north. Fields of spots: Solanki
(2003, A&A Rev. 11, 153); tilts: Wang & Sheeley (1989, Sol. Phys. 124, 81) as 0.5 deg a degree of latitude with a
scatter of 15 deg.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.simulation.spots import Spot, arrange
from helioscribe_ar_detectnet.simulation.statistics import Group, draw_group
from helioscribe_ar_detectnet.simulation.texture import network_pattern, noise

__all__ = ["STEP", "Patch", "make_region"]

STEP = 0.06
"""Degrees a pixel of a map."""

_SMALLEST, _LARGEST = 12.0, 33.0
"""Degrees a side of a map."""

_KILOGAUSS = 1100.0
"""Elements of plage do not get stronger [G]: that is the field of the tubes they are made of."""


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
class _Map:
    """Places of a map's pixels [deg], bent a little so that nothing is quite round."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


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
    group = draw_group(rng, "BETA" if kind == "PLAGE" else kind)
    # The leading polarity lies in the west and nearer to the equator.
    tilt = np.radians(0.5 * abs(latitude) + rng.normal(0, 15)) * (-1 if north else 1)
    axis = np.array([np.cos(tilt), np.sin(tilt)])
    spots = [] if kind == "PLAGE" else arrange(rng, kind, group, axis=axis, sign=leading)
    places = _places(rng, group.extent)
    field = leading * _plage(rng, kind, group, places, axis)
    for spot in spots:
        _draw(field, places, spot)
    return Patch(field=(field * (1 + 0.12 * noise(rng, field.shape, 2.5))).astype(np.float32), step=STEP, kind=kind)


def _places(rng: np.random.Generator, extent: float) -> _Map:
    side = round(float(np.clip(1.8 * extent + 9, _SMALLEST, _LARGEST)) / STEP)
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) * STEP
    bent = [rng.uniform(0.05, 0.16) * noise(rng, x.shape, 0.5 / STEP) for _ in range(2)]
    return _Map(x=x + bent[0], y=y + bent[1])


def _draw(field: NDArray[np.float64], places: _Map, spot: Spot) -> None:
    """Add a spot: a third of the field is left at the penumbra's edge, and little soon after; plage gives way to it."""
    middle = (field.shape[0] - 1) / 2
    reach = 1.6 * spot.radius + 0.5
    rows, columns = (
        slice(max(0, int((place - reach) / STEP + middle)), max(0, int((place + reach) / STEP + middle) + 1))
        for place in (spot.y, spot.x)
    )
    x, y = places.x[rows, columns] - spot.x, places.y[rows, columns] - spot.y
    distance = np.hypot(x, y) / spot.radius
    inside = 1 / (1 + np.exp(np.clip((distance - 1.0) * 7, -50, 50)))
    same = field[rows, columns] * spot.field > 0
    field[rows, columns] *= np.where(same, 1 - inside, 1 - 0.5 * inside)
    field[rows, columns] += spot.field * np.exp(-(distance**2)) * inside


def _plage(
    rng: np.random.Generator, kind: str, group: Group, places: _Map, axis: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the field around the spots, the leading one positive.

    It lies in strands of the network, which are wider and weaker the older the region.
    """
    old = kind in ("ALPHA", "PLAGE")
    age = rng.uniform(0.3, 1.0) if old else rng.uniform(0.0, 0.8 if kind == "BETA" else 0.4)
    half = (rng.uniform(1.2, 4.5) if old else group.extent * rng.uniform(0.3, 0.5)) + 0.5
    behind = -1.6 if kind == "ALPHA" else -1.0  # the spot of an alpha is what is left of the leading end
    winding = group.extent * (rng.uniform(0.06, 0.14) if "GAMMA" in kind.split("-") else rng.uniform(0.0, 0.04))
    x, y = (side + winding * noise(rng, side.shape, 1.2 / STEP) for side in (places.x, places.y))
    balance = np.zeros(x.shape)
    for way, stretch in ((1.0 if kind != "ALPHA" else 0.1, 0.8), (behind, 1.15)):
        wide = (0.3 * half + 0.4 + 1.5 * age) * stretch
        from_middle = [(side - half * way * part) for side, part in zip((x, y), axis, strict=True)]
        shape = np.exp(-((from_middle[0] / (1.3 * wide)) ** 2 + (from_middle[1] / (0.9 * wide)) ** 2) / 2)
        balance += np.sign(way) * shape / stretch
    strength = np.clip(rng.lognormal(np.log(260), 0.5), 80, 750) * (1 - 0.5 * age) * (0.7 if kind == "PLAGE" else 1.0)
    strands = network_pattern(rng, x.shape, STEP, filled=0.25 * (1 - age))
    astray = np.where(noise(rng, x.shape, 0.25 / STEP) > 1.6, -0.6, 1.0)  # some of the other sign everywhere
    field = strength * np.sign(balance) * np.abs(balance) ** 0.8 * strands * astray
    return np.asarray(_KILOGAUSS * np.tanh(field / _KILOGAUSS))
