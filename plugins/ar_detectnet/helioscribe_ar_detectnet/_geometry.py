"""The image on which everything is done: 512 pixels a side, the Sun in its middle and always of one size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIDDLE", "RADIUS", "SIDE", "cosines"]

SIDE = 512
MIDDLE = (SIDE - 1) / 2
"""Of the Sun, as a pixel counted from 0."""

RADIUS = 976 / 4.8
"""Of the Sun in pixels: that of the platform's prepared images with 512 pixels."""


def cosines(side: int = SIDE, radius: float = RADIUS) -> NDArray[np.float32]:
    """Return the cosine of the heliocentric angle on a centred disk, 0 off it, shape (side, side)."""
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) / radius
    return np.asarray(np.sqrt(np.clip(1 - x**2 - y**2, 0, None)), np.float32)
