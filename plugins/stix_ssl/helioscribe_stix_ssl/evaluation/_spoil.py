"""Real maps with something planted in them: a second flare, or what goes wrong in imaging."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import SolarImage
from helioscribe_stix_ssl._preprocess import is_back_projection

__all__ = ["PLANTED", "plant"]

PLANTED = ("two flares", "stripes", "hole", "cut off", "hot pixels")
"""What is planted in real maps; all but the first are artefacts."""

_HALF_FIELD = 88  # pixels: half of what is looked at


def plant(rng: np.random.Generator, image: SolarImage, kind: str, other: SolarImage) -> SolarImage:
    """Return a map with something planted in it; artefacts only in CLEAN maps of 257 pixels a side.

    Parameters
    ----------
    rng
        Source of all chance.
    image
        The map.
    kind
        ``two flares``, `other` with its noise and side lobes added 30 to 60 pixels aside and somewhat fainter;
        ``stripes``, one Fourier component too strong by 15 to 60 % of the peak; ``hole``, a deep negative beside the
        source; ``cut off``, the source at the edge of what is looked at; ``hot pixels``, four wild ones.
    other
        Another map of a flare.
    """
    pixels = np.nan_to_num(image.pixels).astype(np.float64)
    top = float(pixels.max())
    y, x = np.indices(pixels.shape) - len(pixels) // 2
    angle = rng.uniform(0, 2 * np.pi)
    match kind:
        case "two flares":
            apart = rng.uniform(30, 60)
            beside = _beside(other, _peak(pixels) if is_back_projection(image) else _peak(other.pixels), apart, angle)
            pixels = pixels + top * rng.uniform(0.4, 0.9) * beside
        case "stripes":
            width = rng.uniform(18, 50)
            wave = np.cos(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / width + rng.uniform(0, 6))
            pixels = pixels + rng.uniform(0.15, 0.6) * top * wave
        case "hole":
            near = (x - 35 * np.cos(angle)) ** 2 + (y - 35 * np.sin(angle)) ** 2
            pixels = pixels - rng.uniform(0.3, 1.0) * top * np.exp(-near / (2 * 12.0**2))
        case "cut off":
            pixels = np.roll(pixels, (int(rng.choice((-1, 1))) * _HALF_FIELD, int(rng.integers(-30, 30))), axis=(0, 1))
        case "hot pixels":
            places: NDArray[np.int64] = rng.integers(45, len(pixels) - 45, (4, 2))
            pixels[places[:, 0], places[:, 1]] = top * rng.uniform(2, 6)
        case other_kind:
            raise ValueError(f"nothing of the kind {other_kind!r} can be planted")
    return replace(image, pixels=pixels.astype(np.float32))


def _peak(pixels: NDArray[np.floating]) -> NDArray[np.intp]:
    return np.array(np.unravel_index(int(np.nanargmax(pixels)), pixels.shape))


def _beside(other: SolarImage, place: NDArray[np.intp], apart: float, angle: float) -> NDArray[np.float64]:
    """Return a map, 1 at its peak, moved until that lies aside of a place; nothing comes from beyond its frame."""
    bright = np.nan_to_num(other.pixels).astype(np.float64)
    rows, columns = place + np.array([apart * np.sin(angle), apart * np.cos(angle)]).astype(int) - _peak(bright)
    moved = np.roll(bright / bright.max(), (rows, columns), axis=(0, 1))
    moved[: max(rows, 0)] = moved[len(moved) + min(rows, 0) :] = 0
    moved[:, : max(columns, 0)] = moved[:, moved.shape[1] + min(columns, 0) :] = 0
    return np.asarray(moved)
