"""What the networks see: fields squeezed to a few units, and how slanted the surface is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import cosines

__all__ = ["CROP", "disk_planes", "squeezed"]

CROP = 128
"""Pixels a side of what the classifier sees."""

_KNEE = 60.0


def squeezed(field: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a field [G] as the networks take it: about linear to 60 G, logarithmic above."""
    return np.asarray(np.arcsinh(field / _KNEE) / 3.0, np.float32)


def disk_planes(field: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what the detector's network sees of a disk [G], shape (2, 512, 512): field, and cosine of the slant."""
    mu = cosines()
    return np.stack([squeezed(np.where(mu > 0, field, 0)), mu])
