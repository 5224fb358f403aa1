"""Pieces of the surface seen on the disk: foreshortened, along the line of sight, with the instrument's own faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet.simulation.region import Patch, blurred

__all__ = ["RADIUS", "SIDE", "Placed", "Scene", "cosines", "render", "view", "whole"]

SIDE = 512
RADIUS = 976 / 4.8
"""Of the Sun in pixels: that of the platform's prepared images with 512 pixels."""

_PIXEL = 0.28
"""Degrees that a pixel covers at the centre of the disk."""

_STRONG = 120.0
"""Field [G] along the line of sight that counts as the region's own, smoothed over three pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A region on the disk."""

    patch: Patch
    """What it is."""

    longitude: float
    """From the central meridian [deg], west positive."""

    latitude: float
    """Degrees, north positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A magnetogram and what is in it."""

    field: NDArray[np.float32]
    """Along the line of sight [G], shape (y, x), row 0 at the south; 0 off the disk."""

    boxes: NDArray[np.float32]
    """x1, y1, x2, y2 [pixels] of every region with enough strong field, shape (region, 4)."""

    kinds: tuple[str, ...]
    """Its class each; ``PLAGE`` for those without spots."""


def cosines(side: int = SIDE, radius: float = RADIUS) -> NDArray[np.float32]:
    """Return the cosine of the heliocentric angle on a centred disk, 0 off it, shape (side, side)."""
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) / radius
    return np.sqrt(np.clip(1 - x**2 - y**2, 0, None)).astype(np.float32)


def render(
    rng: np.random.Generator,
    placed: Sequence[Placed],
    *,
    network: float,
    noise: float,
    saturation: float,
    blur: float,
) -> Scene:
    """Make a magnetogram.

    Parameters
    ----------
    rng
        Of network and noise.
    placed
        The regions.
    network
        Strength [G] of the quiet network.
    noise
        Of the instrument [G] in a pixel at the centre of the disk.
    saturation
        Field [G] that the instrument does not exceed.
    blur
        Width [pixels] of its point-spread function.
    """
    mu = cosines()
    field = _network(rng, network) * mu
    parts = [_seen(one) for one in placed]
    for part in parts:
        field += part
    if blur > 0.2:
        field = blurred(field, blur)
    field += rng.normal(0, noise, field.shape) / np.clip(mu, 0.35, 1)
    field = np.clip(field, -saturation, saturation)
    boxes, kinds = [], []
    for one, part in zip(placed, parts, strict=True):
        if (box := _box(part)) is not None:
            boxes.append(box)
            kinds.append(one.patch.kind)
    shape = (len(boxes), 4)
    return Scene(
        field=np.where(mu > 0, field, 0).astype(np.float32),
        boxes=np.array(boxes, np.float32).reshape(shape), kinds=tuple(kinds),
    )  # fmt: skip


def view(rng: np.random.Generator, one: Placed, *, side: int, network: float, noise: float) -> NDArray[np.float32]:
    """Return a close view of one region and the cosine of the heliocentric angle, shape (2, side, side).

    Its pixels are half as large as those of the whole disk, as in prepared images of 1024 pixels.
    """
    x0 = RADIUS * np.cos(np.radians(one.latitude)) * np.sin(np.radians(one.longitude))
    y0 = RADIUS * np.sin(np.radians(one.latitude))
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) / 2
    shift = rng.normal(0, 2, 2)
    x, y = (x + x0 + shift[0]) / RADIUS, (y + y0 + shift[1]) / RADIUS
    mu = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    field = _along_sight(one, x, y, mu, fineness=0.5)
    field += network * mu * blurred(rng.laplace(size=field.shape), 1.2) * 3 + rng.normal(0, noise, field.shape)
    return np.stack([np.where(mu > 0, field, 0), mu]).astype(np.float32)


def whole(rng: np.random.Generator, one: Placed, *, side: int, network: float, noise: float) -> NDArray[np.float32]:
    """Return the field [G] of a disk with one region and a quiet network, shape (side, side)."""
    radius = RADIUS * side / SIDE
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) / radius
    mu = cosines(side, radius).astype(np.float64)
    field = _along_sight(one, x, y, mu, fineness=SIDE / side)
    field += network * mu * blurred(rng.laplace(size=field.shape), 1.2) * 3 + rng.normal(0, noise, field.shape)
    return np.where(mu > 0, field, 0).astype(np.float32)


def _seen(one: Placed) -> NDArray[np.float64]:
    """Return a region's field along the line of sight on the whole disk."""
    y, x = (np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2) / RADIUS
    return _along_sight(one, x, y, cosines().astype(np.float64), fineness=1.0)


def _along_sight(
    one: Placed, x: NDArray[np.float64], y: NDArray[np.float64], mu: NDArray[np.float64], *, fineness: float
) -> NDArray[np.float64]:
    latitude = np.degrees(np.arcsin(np.clip(y, -1, 1)))
    longitude = np.degrees(np.arctan2(x, np.maximum(mu, 1e-9)))
    rows, columns = one.patch.field.shape
    at_x = (longitude - one.longitude) * np.cos(np.radians(one.latitude)) / one.patch.step + (columns - 1) / 2
    at_y = (latitude - one.latitude) / one.patch.step + (rows - 1) / 2
    inside = (mu > 0.02) & (at_x >= 0) & (at_x < columns - 1) & (at_y >= 0) & (at_y < rows - 1)
    found = np.zeros(x.shape)
    # A pixel of the disk covers several of the map: the map is smoothed to the disk's fineness first.
    smooth = blurred(one.patch.field.astype(np.float64), max(0.3, _PIXEL * fineness / one.patch.step * 0.42))
    found[inside] = _between(smooth, at_y[inside], at_x[inside])
    return found * mu


def _between(values: NDArray[np.float64], y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    row, column = y.astype(int), x.astype(int)
    up, right = y - row, x - column
    low = values[row, column] * (1 - right) + values[row, column + 1] * right
    high = values[row + 1, column] * (1 - right) + values[row + 1, column + 1] * right
    return low * (1 - up) + high * up


def _network(rng: np.random.Generator, strength: float) -> NDArray[np.float64]:
    """Return a quiet Sun: elements of both signs along the edges of supergranules, about 30 Mm or ten pixels wide."""
    cells = blurred(rng.normal(size=(SIDE, SIDE)), 4.0)
    edges = np.exp(-((cells / cells.std()) ** 2) * 4)
    elements = blurred(rng.laplace(size=(SIDE, SIDE)), 0.8)
    unbalanced = blurred(rng.normal(size=(SIDE // 16, SIDE // 16)), 1.5).repeat(16, 0).repeat(16, 1)
    return strength * edges * (elements / elements.std() + 0.5 * unbalanced / unbalanced.std())


def _box(part: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    strong = blurred(np.abs(part), 1.2) > _STRONG
    if strong.sum() < 36:  # S3's own least area
        return None
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    weight = strong.astype(float)
    # A few scattered elements do not widen the box: it holds 98 % of the strong pixels on each axis.
    x1, x2 = _inner(weight.sum(axis=0), columns)
    y1, y2 = _inner(weight.sum(axis=1), rows)
    return (x1 - 1.0, y1 - 1.0, x2 + 1.0, y2 + 1.0)


def _inner(profile: NDArray[np.float64], there: NDArray[np.intp]) -> tuple[float, float]:
    share = np.cumsum(profile) / profile.sum()
    low, high = np.searchsorted(share, [0.01, 0.99])
    return float(max(low, there[0])), float(min(high, there[-1]))
