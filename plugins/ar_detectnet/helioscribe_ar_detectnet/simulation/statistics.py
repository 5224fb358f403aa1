"""How often each Mount Wilson class is, and how large its groups are, in thirty years of NOAA's region summaries.

Fitted to 45,969 region-days of 1996 to 2026 (NOAA/SWPC Solar Region Summary): logarithm of area as a normal
distribution, those of extent and count of spots as lines over it with a normal scatter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.classes import CLASSES

__all__ = ["EVEN", "FREQUENCIES", "SAMPLED", "Group", "draw_group", "draw_kind"]

FREQUENCIES: Mapping[str, float] = {
    "ALPHA": 0.3137,
    "BETA": 0.5547,
    "GAMMA": 0.0002,
    "BETA-GAMMA": 0.0909,
    "DELTA": 0.0002,
    "BETA-DELTA": 0.0083,
    "BETA-GAMMA-DELTA": 0.0317,
    "GAMMA-DELTA": 0.0003,
}
"""Share of each class in NOAA's summaries. Delta alone was never given there; it has the share of the rarest."""

_SOFTENED = {name: FREQUENCIES[name] ** 0.4 for name in CLASSES}
SAMPLED: Mapping[str, float] = {name: share / sum(_SOFTENED.values()) for name, share in _SOFTENED.items()}
"""How often each class is shown in training: rare ones more often than the Sun does."""

EVEN: Mapping[str, float] = dict.fromkeys(CLASSES, 1 / len(CLASSES))
"""All alike, for measures that shall not depend on how frequent a class is."""

_FITS = {
    "ALPHA": (3.59, 1.01, 0.31, -0.59, 0.40, 0.01, 0.20, 0.43),
    "BETA": (3.97, 1.08, 0.29, 0.55, 0.43, 0.33, 0.38, 0.56),
    "GAMMA": (5.98, 0.80, 0.40, 0.20, 0.25, 0.54, 0.26, 0.50),
    "BETA-GAMMA": (5.46, 0.74, 0.29, 0.79, 0.32, 0.42, 0.47, 0.53),
    "DELTA": (5.00, 0.77, 0.31, -0.30, 0.38, 0.20, 0.20, 0.50),
    "BETA-DELTA": (5.58, 0.77, 0.30, 0.43, 0.38, 0.45, -0.02, 0.57),
    "BETA-GAMMA-DELTA": (6.20, 0.69, 0.30, 0.70, 0.29, 0.49, 0.14, 0.50),
    "GAMMA-DELTA": (5.98, 0.70, 0.49, -0.40, 0.25, 0.54, 0.26, 0.56),
}
"""Area: mean, scatter; extent: slope, offset, scatter; spots: slope, offset, scatter. Gamma, from 17 groups with and
without delta, and delta alone are guesses."""

_ONE_SIDED = {"BETA": 0.48, "BETA-GAMMA": 0.06, "BETA-DELTA": 0.05}
"""Share of groups with penumbrae at one end only, of those with penumbrae (Zürich class C among C to F)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What NOAA tells of a group of spots."""

    area: float
    """Of all spots [millionths of the hemisphere]."""

    extent: float
    """From the first to the last spot [deg]."""

    spots: int
    """How many."""

    one_sided: bool = False
    """Whether the end without the largest spot has pores only."""


def draw_kind(rng: np.random.Generator, frequencies: Mapping[str, float]) -> str:
    """Return a class at random."""
    shares: NDArray[np.float64] = np.array([frequencies[name] for name in CLASSES])
    return CLASSES[int(rng.choice(len(CLASSES), p=shares / shares.sum()))]


def draw_group(rng: np.random.Generator, kind: str) -> Group:
    """Return area, extent and count of spots of a group of a class, as NOAA's are."""
    mean, scatter, *lines = _FITS[kind]
    size = float(np.clip(rng.normal(mean, scatter), np.log(5), np.log(2500)))
    shared = rng.normal()  # wide groups have many spots
    extent, spots = (
        slope * size + offset + spread * (0.63 * shared + 0.77 * rng.normal())
        for slope, offset, spread in (lines[:3], lines[3:])
    )
    least = 1 if kind == "ALPHA" else 2
    return Group(
        area=float(np.exp(size)),
        extent=float(np.clip(np.exp(extent), 0.6 * least, 22)),
        spots=int(np.clip(round(float(np.exp(spots))), least, 40)),
        one_sided=bool(rng.random() < _ONE_SIDED.get(kind, 0)),
    )
