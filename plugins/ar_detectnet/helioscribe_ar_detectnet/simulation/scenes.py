"""Whole suns at random: how active, with which regions and where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helioscribe_ar_detectnet.simulation.disk import Placed, Scene, render
from helioscribe_ar_detectnet.simulation.region import Patch, make_region

__all__ = ["FREQUENCIES", "make_scene"]

FREQUENCIES = {
    "ALPHA": 0.22, "BETA": 0.44, "GAMMA": 0.02, "BETA-GAMMA": 0.15, "DELTA": 0.02, "BETA-DELTA": 0.04,
    "BETA-GAMMA-DELTA": 0.08, "GAMMA-DELTA": 0.03,
}  # fmt: skip
"""How often each class is made; rare ones more often than the Sun does."""

_APART = 9.0
"""Least distance of two regions' middles [deg]."""

_NESTED = 0.35
"""How often a region comes up beside another one, as on the Sun."""


def make_scene(rng: np.random.Generator, *, real: Sequence[Patch] = (), real_share: float = 0.35) -> Scene:
    """Make a magnetogram of a random Sun.

    Parameters
    ----------
    rng
        Of everything.
    real
        Patches of real regions, placed among the simulated ones, mirrored and with their signs turned at random.
    real_share
        Of the regions with spots.
    """
    leading = int(rng.choice([-1, 1]))
    count = int(min(11, rng.poisson(rng.choice([0.7, 4.0, 8.0]))))
    placed: list[Placed] = []
    for _ in range(count):
        longitude, latitude = _somewhere(rng, placed)
        kind = str(rng.choice(list(FREQUENCIES), p=list(FREQUENCIES.values())))
        if rng.random() < 0.35:
            kind = "PLAGE"
        if real and kind != "PLAGE" and rng.random() < real_share:
            patch = _varied(rng, real[int(rng.integers(len(real)))])
        else:
            sign = leading if latitude > 0 else -leading
            patch = make_region(rng, kind, north=latitude > 0, leading=sign, latitude=latitude)
        placed.append(Placed(patch=patch, longitude=longitude, latitude=latitude))
    return render(
        rng, placed, network=rng.uniform(5, 25), noise=rng.uniform(1.5, 10),
        saturation=float(rng.choice([900.0, 1700.0, 3500.0])), blur=float(rng.uniform(0.0, 0.9)),
    )  # fmt: skip


def _somewhere(rng: np.random.Generator, placed: Sequence[Placed]) -> tuple[float, float]:
    for _ in range(50):
        if placed and rng.random() < _NESTED:
            last = placed[-1]
            longitude = last.longitude + float(rng.choice([-1, 1]) * rng.uniform(9, 19))
            latitude = last.latitude + float(rng.normal(0, 3))
        else:
            longitude = float(rng.uniform(-82, 82))
            latitude = float(rng.choice([-1, 1]) * np.clip(rng.normal(16, 7), 2, 38))
        apart = [np.hypot(one.longitude - longitude, 1.6 * (one.latitude - latitude)) for one in placed]
        if not apart or min(apart) > _APART:
            break
    return longitude, latitude


def _varied(rng: np.random.Generator, patch: Patch) -> Patch:
    field = patch.field * np.float32(rng.choice([-1, 1]) * rng.uniform(0.7, 1.15))
    if rng.random() < 0.5:
        field = field[::-1]
    if rng.random() < 0.5:
        field = field[:, ::-1]
    return Patch(field=np.ascontiguousarray(field), step=patch.step * float(rng.uniform(0.85, 1.15)), kind=patch.kind)
