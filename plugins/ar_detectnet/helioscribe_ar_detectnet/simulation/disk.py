"""Pieces of the surface seen on the disk: foreshortened, along the line of sight, with the instrument's own faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import LEAST_COSINE, RADIUS, SIDE
from helioscribe_ar_detectnet.simulation.region import Patch
from helioscribe_ar_detectnet.simulation.texture import blurred, noise

__all__ = ["Frame", "Instrument", "Placed", "Scene", "render"]

_PIXEL = 0.28
"""Degrees that one of 512 pixels covers at the centre of the disk."""

_STRONG = 120.0
"""Field [G] along the line of sight that counts as the region's own, smoothed."""

_LEAST = 12
"""Pixels of 512 a side: a group of 20 millionths of the hemisphere has about so many; S3 asks for 36 of 256."""


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
class Frame:
    """A part of a disk's image, or all of it."""

    side: int = SIDE
    """Pixels a side of the whole image."""

    x: int = 0
    """First column."""

    y: int = 0
    """First row."""

    size: int = SIDE
    """Pixels a side of the part."""

    @property
    def fineness(self) -> float:
        """Its pixels on one of 512."""
        return self.side / SIDE

    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the pixels in solar radii, row 0 at the south."""
        y, x = np.mgrid[self.y : self.y + self.size, self.x : self.x + self.size] - (self.side - 1) / 2
        return x / (RADIUS * self.fineness), y / (RADIUS * self.fineness)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What it makes of the Sun."""

    network: float = 8.0
    """Strength of the quiet network [G]."""

    noise: float = 5.0
    """In a pixel at the centre of the disk [G]."""

    gain: float = 1.0
    """What it shows of a field: instruments differ by such factors."""

    saturation: float = 3500.0
    """Field [G] that it does not exceed."""

    blur: float = 0.3
    """Width of its point-spread function, in pixels of 512."""

    def shown(self, field: NDArray[np.float64], fineness: float) -> NDArray[np.float64]:
        """Return a field [G], on so many pixels on one of 512, without noise."""
        width = self.blur * fineness
        return (blurred(field, width) if width > 0.2 else field) * self.gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A magnetogram and what is in it."""

    field: NDArray[np.float32]
    """Along the line of sight [G], shape (y, x), row 0 at the south; 0 off the disk."""

    boxes: NDArray[np.float32]
    """x1, y1, x2, y2 [pixels of 512] of every region with enough strong field, shape (region, 4)."""

    kinds: tuple[str, ...]
    """Its class each; ``PLAGE`` for those without spots."""


def render(
    rng: np.random.Generator,
    placed: Sequence[Placed],
    instrument: Instrument,
    frame: Frame | None = None,
    quiet: NDArray[np.float32] | None = None,
) -> Scene:
    """Make a magnetogram.

    Parameters
    ----------
    rng
        Of network and noise.
    placed
        The regions.
    instrument
        How it sees them.
    frame
        What it shows; the whole disk with 512 pixels by default.
    quiet
        Field [G] of a real quiet Sun to set them on, with network and noise of its own; simulated by default.
    """
    frame = frame or Frame()
    x, y = frame.places()
    mu = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    field = instrument.network * _network(rng, frame) * mu if quiet is None else np.zeros(mu.shape)
    boxes, kinds = [], []
    for one in placed:
        part = _along_sight(one, x, y, mu, frame.fineness)
        field += part
        if (box := _box(part, frame)) is not None:
            boxes.append(box)
            kinds.append(one.patch.kind)
    field = instrument.shown(field, frame.fineness)
    field += rng.normal(0, instrument.noise, field.shape) / np.clip(mu, 0.35, 1) if quiet is None else quiet
    field = np.clip(field, -instrument.saturation, instrument.saturation)
    return Scene(
        field=np.where(mu > 0, field, 0).astype(np.float32),
        boxes=np.array(boxes, np.float32).reshape(len(boxes), 4),
        kinds=tuple(kinds),
    )


def _along_sight(
    one: Placed, x: NDArray[np.float64], y: NDArray[np.float64], mu: NDArray[np.float64], fineness: float
) -> NDArray[np.float64]:
    """Return a region's field [G] at places given in solar radii."""
    found = np.zeros(x.shape)
    near = _near(one, x, y)
    x, y, mu = x[near], y[near], mu[near]
    latitude = np.degrees(np.arcsin(np.clip(y, -1, 1)))
    longitude = np.degrees(np.arctan2(x, np.maximum(mu, 1e-9)))
    rows, columns = one.patch.field.shape
    at_x = (longitude - one.longitude) * np.cos(np.radians(one.latitude)) / one.patch.step + (columns - 1) / 2
    at_y = (latitude - one.latitude) / one.patch.step + (rows - 1) / 2
    inside = (mu > LEAST_COSINE) & (at_x >= 0) & (at_x < columns - 1) & (at_y >= 0) & (at_y < rows - 1)
    # A pixel of the disk covers several of the map: the map is smoothed to the disk's fineness first.
    width = _PIXEL / fineness / one.patch.step * 0.42
    towards = _towards_us(one)
    seen = np.zeros(x.shape)
    seen[inside] = _between(blurred(towards, width) if width > 0.3 else towards, at_y[inside], at_x[inside])
    found[near] = seen
    return found


def _towards_us(one: Placed) -> NDArray[np.float64]:
    """Return a patch's field along the line of sight [G], on its own map."""
    up, across = ((np.arange(side) - (side - 1) / 2) * one.patch.step for side in one.patch.field.shape)
    latitude = np.radians(one.latitude + up)[:, None]
    longitude = np.radians(one.longitude + across / np.cos(np.radians(one.latitude)))[None]
    seen = one.patch.field * np.clip(np.cos(latitude) * np.cos(longitude), 0, None)
    if one.patch.flat is not None:
        west, north = one.patch.flat
        seen = seen - west * np.sin(longitude) - north * np.sin(latitude) * np.cos(longitude)
    return np.asarray(seen, np.float64)


def _near(one: Placed, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[slice, slice]:
    """Return rows and columns in which a region may lie."""
    rows, columns = (side * one.patch.step / 2 for side in one.patch.field.shape)
    latitude = np.radians(np.clip(one.latitude + np.linspace(-rows, rows, 7), -90, 90))[:, None]
    wide = columns / np.cos(np.radians(one.latitude))
    longitude = np.radians(np.clip(one.longitude + np.linspace(-wide, wide, 15), -90, 90))[None]
    reach_x, reach_y = np.cos(latitude) * np.sin(longitude), np.sin(latitude)
    first, last = (np.searchsorted(y[:, 0], edge) for edge in (reach_y.min() - 0.01, reach_y.max() + 0.01))
    left, right = (np.searchsorted(x[0], edge) for edge in (reach_x.min() - 0.01, reach_x.max() + 0.01))
    return slice(int(first), int(last)), slice(int(left), int(right))


def _between(values: NDArray[np.floating], y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    row, column = y.astype(int), x.astype(int)
    up, right = y - row, x - column
    low = values[row, column] * (1 - right) + values[row, column + 1] * right
    high = values[row + 1, column] * (1 - right) + values[row + 1, column + 1] * right
    return np.asarray(low * (1 - up) + high * up)


def _network(rng: np.random.Generator, frame: Frame) -> NDArray[np.float64]:
    """Return a quiet Sun: elements of both signs along the edges of supergranules, about 30 Mm or ten pixels wide."""
    shape, fine = (frame.size, frame.size), frame.fineness
    edges = np.exp(-(noise(rng, shape, 4 * fine) ** 2) * 4)
    elements = noise(rng, shape, 0.8 * fine)
    # Few elements are strong: the distribution has longer tails than noise has.
    return np.asarray(edges * (elements * np.abs(elements) ** 0.5 + 0.5 * noise(rng, shape, 24 * fine)))


def _box(part: NDArray[np.float64], frame: Frame) -> tuple[float, float, float, float] | None:
    strong = blurred(np.abs(part), 1.2 * frame.fineness) > _STRONG
    if strong.sum() < _LEAST * frame.fineness**2:
        return None
    # A few scattered elements do not widen the box: it holds 98 % of the strong pixels on each axis.
    x1, x2 = _inner(strong.sum(axis=0))
    y1, y2 = _inner(strong.sum(axis=1))
    pixels = np.array([x1 + frame.x, y1 + frame.y, x2 + frame.x, y2 + frame.y])
    x1, y1, x2, y2 = ((pixels + 0.5) / frame.fineness - 0.5).tolist()
    return (x1 - 1.0, y1 - 1.0, x2 + 1.0, y2 + 1.0)


def _inner(profile: NDArray[np.int_]) -> tuple[float, float]:
    share = np.cumsum(profile) / profile.sum()
    low, high = np.searchsorted(share, [0.01, 0.99])
    return float(low), float(high)
