"""Where the spots of a group lie, and of which polarity they are: what makes its Mount Wilson class.

Alpha has spots of one polarity; in beta one line parts the polarities; in gamma none does, since some spots lie on the
wrong side; in delta umbrae of both polarities share one penumbra (Hale et al. 1919; Künzel 1960).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.simulation.statistics import Group

__all__ = ["Spot", "arrange"]

_DEGREES = 0.081
"""Radius [deg] of a round spot of one millionth of the hemisphere."""

_PENUMBRA = 15.0
"""Area [millionths of the hemisphere] from which a spot has a penumbra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A round spot with its penumbra."""

    x: float
    """Degrees to the west of the map's middle."""

    y: float
    """Degrees to the north of it."""

    radius: float
    """Degrees."""

    field: float
    """In the middle [G]."""

    @property
    def upright(self) -> float:
        """Width of the radial field's Gaussian in radii; that of a pore fills it."""
        return 0.85 if self._pore else 0.62

    @property
    def flatness(self) -> float:
        """Horizontal field at the edge, but for its own fall, as a share of the field in the middle."""
        return 0.4 if self._pore else 1.3

    @property
    def _pore(self) -> bool:
        return self.radius < _DEGREES * _PENUMBRA**0.5

    def gap(self, other: Spot) -> float:
        """Return the distance of two spots' middles in units of the sum of their radii."""
        return float(np.hypot(self.x - other.x, self.y - other.y)) / (self.radius + other.radius)


def arrange(rng: np.random.Generator, kind: str, group: Group, axis: NDArray[np.float64]) -> list[Spot]:
    """Return the spots of a group whose leading polarity is positive.

    Parameters
    ----------
    rng
        Of everything random.
    kind
        Mount Wilson class.
    group
        Area, extent and count of the spots.
    axis
        From the following to the leading end (west, north), of length 1.
    """
    areas = _shares(rng, group)
    if kind == "ALPHA":
        return _alpha(rng, areas)
    if kind.startswith("GAMMA"):
        spots = [_spot(rng, rng.normal(0, 0.28, 2) * group.extent, int(rng.choice([-1, 1])), area) for area in areas]
    elif kind == "DELTA":
        spots = [_spot(rng, rng.normal(0, 0.15, 2) * group.extent, 1, area) for area in areas]
    else:
        spots = _bipole(rng, areas, group, axis)
    if kind in ("GAMMA", "BETA-GAMMA", "BETA-GAMMA-DELTA", "GAMMA-DELTA"):
        spots = _mixed(rng, spots, group, axis)
    spots = _parted(rng, spots)
    return _with_delta(rng, spots) if "DELTA" in kind.split("-") else spots


def _shares(rng: np.random.Generator, group: Group) -> list[float]:
    """Return areas, the largest first; a leader of its own has about half of all."""
    if group.spots == 1:
        return [group.area]
    first = rng.uniform(0.35, 0.95)
    rest = np.sort(rng.dirichlet(np.full(group.spots - 1, 0.8)))[::-1] * (1 - first)
    return [float(group.area * share) for share in (first, *rest)]


def _spot(rng: np.random.Generator, place: NDArray[np.float64], sign: int, area: float) -> Spot:
    area = max(area, 2.0)
    strength = min(3200.0, (1100 + 550 * np.log10(1 + area)) * rng.uniform(0.85, 1.15))
    return Spot(x=float(place[0]), y=float(place[1]), radius=_DEGREES * area**0.5, field=sign * strength)


def _alpha(rng: np.random.Generator, areas: list[float]) -> list[Spot]:
    sign = 1 if rng.random() < 0.85 else -1  # it is mostly the leader that lives on
    main = _spot(rng, np.zeros(2), sign, areas[0])
    return [main, *(_spot(rng, rng.normal(0, main.radius + 0.4, 2), sign, area) for area in areas[1:])]


def _bipole(rng: np.random.Generator, areas: list[float], group: Group, axis: NDArray[np.float64]) -> list[Spot]:
    half, across = group.extent / 2, np.array([-axis[1], axis[0]])
    ahead = rng.random(len(areas)) < rng.uniform(0.2, 0.6)
    ahead[0] = rng.random() < 0.8  # the largest one mostly leads
    ahead[rng.integers(1, len(areas))] = not ahead[0]
    spots = []
    for area, leads in zip(areas, ahead, strict=True):
        way = 1 if leads else -1
        if group.one_sided and leads != ahead[0]:
            area = min(area, rng.uniform(2.0, 8.0))  # noqa: PLW2901
        # The leading polarity is compact, the following one is scattered.
        along = rng.uniform(0.75, 1.0) if leads else rng.uniform(0.25, 1.0)
        place = axis * way * half * along + across * rng.normal(0, 0.12 if leads else 0.18) * group.extent
        spots.append(_spot(rng, place, way, area))
    return spots


def _mixed(rng: np.random.Generator, spots: list[Spot], group: Group, axis: NDArray[np.float64]) -> list[Spot]:
    """Put some spots of each polarity among those of the other, so that no line parts them."""
    across = np.array([-axis[1], axis[0]])
    small = spots[1:]
    count = max(2, round(rng.uniform(0.2, 0.5) * len(small)))
    mixed = list(spots)
    for number in range(count):
        way = 1 if number % 2 else -1
        area = (small[number % len(small)].radius / _DEGREES) ** 2 if small else 15.0
        place = axis * way * group.extent * rng.uniform(0.03, 0.38) + across * rng.normal(0, 0.15) * group.extent
        spot = _spot(rng, place, -way, max(area, 8.0))
        index = number % len(small) + 1 if small else len(mixed)
        mixed[index : index + 1] = [spot]
    return mixed


def _parted(rng: np.random.Generator, spots: list[Spot]) -> list[Spot]:
    """Move smaller spots away from larger ones of the other polarity, so that they share no penumbra."""
    placed: list[Spot] = []
    for spot in sorted(spots, key=lambda one: -one.radius):
        for attempt in range(24):
            if all(spot.gap(one) > 1.25 for one in placed if one.field * spot.field < 0):
                break
            reach = 0.25 * (attempt + 1)
            spot = replace(spot, x=spot.x + rng.normal(0, reach), y=spot.y + rng.normal(0, 0.6 * reach))  # noqa: PLW2901
        placed.append(spot)
    return placed


def _with_delta(rng: np.random.Generator, spots: list[Spot]) -> list[Spot]:
    """Put an umbra of the other polarity into the penumbra of one or two of the largest spots."""
    grown = list(spots)
    for host in spots[: int(rng.integers(1, 3))]:
        area = (host.radius / _DEGREES) ** 2 * rng.uniform(0.25, 0.9)
        new = _spot(rng, np.zeros(2), -int(np.sign(host.field)), area)
        angle, reach = rng.uniform(0, 2 * np.pi), (host.radius + new.radius) * rng.uniform(0.5, 0.8)
        grown.append(replace(new, x=host.x + reach * np.cos(angle), y=host.y + reach * np.sin(angle)))
    return grown
