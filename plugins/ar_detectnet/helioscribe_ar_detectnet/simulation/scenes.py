"""Whole suns at random: how active, with which regions and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet.simulation.disk import Frame, Instrument, Placed, Scene, render
from helioscribe_ar_detectnet.simulation.region import Patch, make_region
from helioscribe_ar_detectnet.simulation.statistics import SAMPLED, draw_kind

__all__ = ["draw_instrument", "make_scene", "place_region"]

_ACTIVITY = (0.7, 4.0, 8.0, 12.0)
"""Regions of a sun, with and without spots, on average: from minimum to maximum."""

_MOST = 15
_APART = 5.0
"""Least distance of two regions' middles [deg]. With this, of regions with spots within 75 degrees of the central
meridian 5, 15 and 31 % have another one within 7, 10 and 15 degrees; of NOAA's, 1996 to 2026, 5, 14 and 33 %."""

_PLAGE = 0.3
"""Share of regions without spots."""


def make_scene(
    rng: np.random.Generator,
    *,
    real: Sequence[Patch] = (),
    quiet: Sequence[NDArray[np.int16]] = (),
    real_share: float = 0.35,
    frequencies: Mapping[str, float] = SAMPLED,
    side: int = SIDE,
) -> Scene:
    """Make a magnetogram of a random Sun.

    Parameters
    ----------
    rng
        Of everything.
    real
        Patches of real regions, placed among the simulated ones, mirrored and with their signs turned at random.
    quiet
        Fields [G] of real disks without regions, shape (512, 512); half of the suns are set on one of them, mirrored
        and with its sign turned at random.
    real_share
        Of the regions with spots.
    frequencies
        How often each class is made.
    side
        Pixels a side.
    """
    leading = int(rng.choice([-1, 1]))
    placed: list[Placed] = []
    for _ in range(int(min(_MOST, rng.poisson(rng.choice(_ACTIVITY))))):
        longitude, latitude = _somewhere(rng, placed)
        plage = rng.random() < _PLAGE
        if not plage and real and rng.random() < real_share:
            patch = _varied(rng, real[int(rng.integers(len(real)))])
            placed.append(Placed(patch=patch, longitude=longitude, latitude=latitude))
        else:
            kind = "PLAGE" if plage else draw_kind(rng, frequencies)
            placed.append(place_region(rng, kind, longitude, latitude, leading=leading))
    frame = Frame(side=side, size=side)
    if quiet and side == SIDE and rng.random() < 0.5:
        return render(rng, placed, draw_instrument(rng), frame, _behind(rng, quiet))
    return render(rng, placed, draw_instrument(rng), frame)


def place_region(rng: np.random.Generator, kind: str, longitude: float, latitude: float, *, leading: int) -> Placed:
    """Make a region for a place [deg]; `leading` is the sign of the leading polarity in the north."""
    sign = leading if latitude > 0 else -leading
    patch = make_region(rng, kind, north=latitude > 0, leading=sign, latitude=latitude)
    return Placed(patch=patch, longitude=longitude, latitude=latitude)


def draw_instrument(rng: np.random.Generator) -> Instrument:
    """Return an instrument between HMI's fine and GONG's coarse images."""
    return Instrument(
        network=rng.uniform(5, 25),
        noise=float(np.exp(rng.uniform(*np.log([1.5, 25])))),
        blur=float(0.9 * rng.uniform() ** 2),
        gain=float(np.exp(rng.uniform(-0.4, 0.4))),
        saturation=float(rng.choice([900.0, 1700.0, 3500.0], p=[0.15, 0.2, 0.65])),
    )


def _somewhere(rng: np.random.Generator, placed: Sequence[Placed]) -> tuple[float, float]:
    for _ in range(50):
        longitude = float(rng.uniform(-82, 82))
        latitude = float(rng.choice([-1, 1]) * np.clip(rng.normal(16, 7), 2, 38))
        slant = np.cos(np.radians(latitude))
        apart = [np.hypot((one.longitude - longitude) * slant, one.latitude - latitude) for one in placed]
        if not apart or min(apart) > _APART:
            break
    return longitude, latitude


def _varied(rng: np.random.Generator, patch: Patch) -> Patch:
    field = _turned(rng, patch.field) * np.float32(rng.uniform(0.7, 1.15))
    return Patch(field=field, step=patch.step * float(rng.uniform(0.85, 1.15)), kind=patch.kind)


def _behind(rng: np.random.Generator, quiet: Sequence[NDArray[np.int16]]) -> NDArray[np.float32]:
    return _turned(rng, quiet[int(rng.integers(len(quiet)))].astype(np.float32))


def _turned(rng: np.random.Generator, field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a field mirrored and with its sign turned at random."""
    field = field * np.float32(rng.choice([-1, 1]))
    if rng.random() < 0.5:
        field = field[::-1]
    if rng.random() < 0.5:
        field = field[:, ::-1]
    return np.ascontiguousarray(field)
