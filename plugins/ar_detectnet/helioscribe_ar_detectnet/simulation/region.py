"""Active regions on the solar surface: spots after NOAA's statistics and plage, with Hale's and Joy's laws.

A region is the field on a plane map, longitude to the west and latitude to the north. Fields of spots: Solanki (2003,
A&A Rev. 11, 153) and Borrero & Ichimoto (2011, Living Rev. Sol. Phys. 8, 4); tilts: Wang & Sheeley (1989, Sol. Phys.
124, 81) as 0.5 deg a degree of latitude with a scatter of 15 deg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.simulation.spots import Spot, arrange
from helioscribe_ar_detectnet.simulation.statistics import Group, draw_group
from helioscribe_ar_detectnet.simulation.texture import network_pattern, noise

__all__ = ["STEP", "Patch", "make_region"]

STEP = 0.06
"""Degrees a pixel of a map."""

_SMALLEST, _LARGEST = 15.0, 33.0
"""Degrees a side of a map."""

_KILOGAUSS = 1100.0
"""Elements of plage do not get stronger [G]: that is the field of the tubes they are made of."""


_REMNANT = 0.4
"""Share of regions beside which an older one is left over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A piece of the surface."""

    field: NDArray[np.float32]
    """Radial field [G], shape (latitude, longitude), row 0 at the south, column 0 at the east."""

    step: float
    """Degrees a pixel, in latitude and in longitude at the map's middle."""

    kind: str
    """Mount Wilson class; ``PLAGE`` for a region without spots, empty if unknown."""

    flat: NDArray[np.float32] | None = None
    """Horizontal field to the west and to the north [G], shape (2, latitude, longitude); None if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    """Places of a map's pixels, bent a little so that nothing is quite round, and how the region lies in it."""

    x: NDArray[np.float64]
    """Degrees to the west of the middle, shape (latitude, longitude)."""

    y: NDArray[np.float64]
    """Degrees to the north of it."""

    axis: NDArray[np.float64]
    """From the following to the leading end (west, north), of length 1."""

    def near(self, spot: Spot, reach: float) -> tuple[slice, slice]:
        """Return rows and columns of the pixels within so many degrees of a spot, and some more."""
        middle = (len(self.x) - 1) / 2
        rows, columns = (
            slice(max(0, int((place - reach) / STEP + middle)), max(0, int((place + reach) / STEP + middle) + 1))
            for place in (spot.y, spot.x)
        )
        return rows, columns


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
    places = _places(rng, group.extent, np.array([np.cos(tilt), np.sin(tilt)]))
    spots = [] if kind == "PLAGE" else arrange(rng, kind, group, places.axis)
    radial = _plage(rng, kind, group, places, spots)
    field = np.stack([radial, np.zeros_like(radial), np.zeros_like(radial)])
    for spot in spots:
        _draw(field, places, spot)
    field *= leading * (1 + rng.uniform(0.05, 0.3) * noise(rng, radial.shape, 2.5))
    return Patch(field=field[0].astype(np.float32), flat=field[1:].astype(np.float32), step=STEP, kind=kind)


def _places(rng: np.random.Generator, extent: float, axis: NDArray[np.float64]) -> _Map:
    side = round(float(np.clip(1.8 * extent + 11, _SMALLEST, _LARGEST)) / STEP)
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) * STEP
    bent = [rng.uniform(0.05, 0.25) * noise(rng, x.shape, 0.5 / STEP) for _ in range(2)]
    return _Map(x=x + bent[0], y=y + bent[1], axis=axis)


def _draw(field: NDArray[np.float64], places: _Map, spot: Spot) -> None:
    """Add a spot to the radial field and to the horizontal ones; plage gives way to it.

    The field is upright in the umbra and nearly flat at the penumbra's edge, with a third of its strength: near the
    limb the side away from us shows the other polarity. Pores have no penumbra.
    """
    rows, columns = places.near(spot, 1.6 * spot.radius + 0.5)
    x, y = places.x[rows, columns] - spot.x, places.y[rows, columns] - spot.y
    distance = np.hypot(x, y) / spot.radius
    inside = 1 / (1 + np.exp(np.clip((distance - 1.0) * 7, -50, 50)))
    here = field[:, rows, columns]
    here[0] *= np.where(here[0] * spot.field > 0, 1 - inside, 1 - 0.5 * inside)
    here[0] += spot.field * np.exp(-((distance / spot.upright) ** 2)) * inside
    outward = spot.field * spot.flatness * np.exp(-((distance / 0.85) ** 2)) * inside / spot.radius
    here[1] += outward * x
    here[2] += outward * y


def _plage(
    rng: np.random.Generator, kind: str, group: Group, places: _Map, spots: Sequence[Spot]
) -> NDArray[np.float64]:
    """Return the field around the spots, the leading one positive.

    It lies in strands of the network, which are wider and weaker the older the region.
    """
    balance, age = _bipolar(rng, kind, group, places)
    for spot in spots:  # each has plage of its own polarity around it
        wide = rng.uniform(1.0, 2.5) * spot.radius + rng.uniform(0.1, 0.6)
        here = places.near(spot, 3 * wide)
        away = ((places.x[here] - spot.x) ** 2 + (places.y[here] - spot.y) ** 2) / wide**2
        balance[here] += rng.uniform(0.4, 2.0) * np.sign(spot.field) * np.exp(-away / 2)
    if rng.random() < _REMNANT:
        balance += _remnant(rng, places)
    strength = np.clip(rng.lognormal(np.log(260), 0.5), 80, 750) * (1 - 0.5 * age) * (0.7 if kind == "PLAGE" else 1.0)
    strands = network_pattern(rng, balance.shape, STEP, filled=0.25 * (1 - age), rough=rng.uniform(0.5, 1.1))
    # Some of the other sign lies everywhere.
    astray = np.where(noise(rng, balance.shape, 0.25 / STEP) > rng.uniform(1.4, 2.4), -rng.uniform(0.2, 0.9), 1.0)
    field = strength * np.sign(balance) * np.abs(balance) ** 0.8 * strands * astray * _fading(balance.shape)
    return np.asarray(_KILOGAUSS * np.tanh(field / _KILOGAUSS))


def _bipolar(rng: np.random.Generator, kind: str, group: Group, places: _Map) -> tuple[NDArray[np.float64], float]:
    """Return how strong the field of either polarity is on average, the leading one positive, and its age, 0 to 1."""
    old = kind in ("ALPHA", "PLAGE")
    age = float(rng.uniform(0.3, 1.0) if old else rng.uniform(0.0, 0.9 if kind == "BETA" else 0.6))
    half = (rng.uniform(1.2, 4.5) if old else max(group.extent * rng.uniform(0.3, 0.5), rng.uniform(0.0, 3.0))) + 0.5
    behind = -1.6 if kind == "ALPHA" else -1.0  # the spot of an alpha is what is left of the leading end
    winding = group.extent * (rng.uniform(0.04, 0.14) if "GAMMA" in kind.split("-") else rng.uniform(0.0, 0.08))
    x, y = (side + winding * noise(rng, side.shape, 1.2 / STEP) for side in (places.x, places.y))
    balance = np.zeros(x.shape)
    for way, stretch in ((1.0 if kind != "ALPHA" else 0.1, 0.8), (behind, 1.15)):
        wide = (0.3 * half + 0.4 + 1.5 * age) * stretch
        from_middle = [(side - half * way * part) for side, part in zip((x, y), places.axis, strict=True)]
        shape = np.exp(-((from_middle[0] / (1.3 * wide)) ** 2 + (from_middle[1] / (0.9 * wide)) ** 2) / 2)
        balance += np.sign(way) * shape / stretch * rng.uniform(0.5, 1.3)
    return balance, age


def _fading(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return 1 but towards a map's edges, where nothing may end sharply."""
    rows, columns = (np.clip((1 - np.abs(np.linspace(-1, 1, side))) / 0.25, 0, 1) for side in shape)
    return np.asarray(np.outer(rows, columns) ** 0.5)


def _remnant(rng: np.random.Generator, places: _Map) -> NDArray[np.float64]:
    """Return what is left of an older region nearby, of one polarity."""
    x, y = rng.normal(0, 4, 2)
    wide = rng.uniform(0.8, 2.5)
    away = ((places.x - x) ** 2 + 2 * (places.y - y) ** 2) / wide**2
    return np.asarray(rng.uniform(-0.6, 0.6) * np.exp(-away / 2))
