"""The image on which everything is done: 512 pixels a side, the Sun in its middle and always of one size."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_COSINE", "MIDDLE", "RADIUS", "SIDE", "cosines"]

SIDE = 512
MIDDLE = (SIDE - 1) / 2
"""Of the Sun, as a pixel counted from 0."""

RADIUS = 976 / 4.8
"""Of the Sun in pixels: that of the platform's prepared images with 512 pixels."""

LEAST_COSINE = 0.1736
"""Cosine of 80 degrees. Nearer to the limb nothing is looked at: there an error of a few arcseconds in the centre or
the radius that a header tells makes strong field of what GONG's images have beside the Sun."""


@cache
def cosines() -> NDArray[np.float32]:
    """Return the cosine of the heliocentric angle, shape (512, 512), read-only; 0 where nothing is looked at."""
    y, x = (np.mgrid[:SIDE, :SIDE] - MIDDLE) / RADIUS
    mu = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    seen = np.asarray(np.where(mu > LEAST_COSINE, mu, 0), np.float32)
    seen.flags.writeable = False
    return seen
