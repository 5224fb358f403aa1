"""Real maps with something planted in them: a second flare, or what goes wrong in imaging."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import SolarImage

__all__ = ["PLANTED", "plant"]

PLANTED = ("two flares", "stripes", "hole", "cut off", "hot pixels")
"""What is planted in real maps; all but the first are artefacts."""

_HALF_FIELD = 88  # pixels: half of what is looked at


def plant(rng: np.random.Generator, image: SolarImage, kind: str, other: SolarImage) -> SolarImage:
    """Return a CLEAN map of 257 pixels a side with something planted in it.

    Parameters
    ----------
    rng
        Source of all chance.
    image
        The map.
    kind
        ``two flares``, `other` added 30 to 60 pixels aside and somewhat fainter; ``stripes``, one Fourier component too
        strong by 15 to 60 % of the peak; ``hole``, a deep negative beside the source; ``cut off``, the source at the
        edge of what is looked at; ``hot pixels``, four wild ones.
    other
        Another map of a flare.
    """
    pixels = np.nan_to_num(image.pixels).astype(np.float64)
    top = float(pixels.max())
    y, x = np.indices(pixels.shape) - len(pixels) // 2
    angle = rng.uniform(0, 2 * np.pi)
    match kind:
        case "two flares":
            apart, bright = rng.uniform(30, 60), np.nan_to_num(other.pixels) / np.nanmax(other.pixels)
            shift = (int(apart * np.sin(angle)), int(apart * np.cos(angle)))
            pixels = pixels + top * rng.uniform(0.4, 0.9) * np.roll(bright, shift, axis=(0, 1))
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
