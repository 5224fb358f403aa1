"""How STIX sees a scene: Fourier components at thirty places, beams and side lobes.

Resolutions and orientations of the sub-collimators are those of Krucker et al. (2020, A&A 642, A15).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIELD", "PIXELS", "grid", "ripples", "spatial_frequencies", "transform"]

FIELD = 177.0
"""Width of the simulated field [arcsec]."""

PIXELS = 112
"""Pixels a side of simulated images; encoders see them resized."""

_FINEST, _COARSEST = 7.1, 178.6  # resolutions, full width at half maximum [arcsec]
_FIRST_ANGLES = (150, 130, 110, 90, 70, 50, 30, 10, 170, 150)

Floats = NDArray[np.float64]


def spatial_frequencies(finest: int = 2) -> Floats:
    """Return (u, v) of the sub-collimators from grid `finest` (0 is the finest) to 9, shape (k, 2) [1/arcsec]."""
    pitch = 2 * np.geomspace(_FINEST, _COARSEST, 10)[finest:]
    first = np.radians(np.asarray(_FIRST_ANGLES, float)[finest:])
    angles = first[:, None] - np.radians([0.0, 60.0, 120.0])
    radius = np.broadcast_to(1 / pitch[:, None], angles.shape)
    return np.stack([(radius * np.cos(angles)).ravel(), (radius * np.sin(angles)).ravel()], axis=1)


def grid(pixels: int = PIXELS) -> tuple[Floats, Floats]:
    """Return x and y of all pixels [arcsec], each of shape (pixels, pixels)."""
    offset = (np.arange(pixels) + 0.5) * FIELD / pixels - FIELD / 2
    x, y = np.meshgrid(offset, offset)
    return x, y


def ripples(amplitudes: NDArray[np.complex128], frequencies: Floats, pixels: int = PIXELS) -> Floats:
    """Return the sum of the waves of Fourier components, shape (pixels, pixels): a back projection of them.

    Pixels are those of the field, whose middle is that of the map.
    """
    offset = (np.arange(pixels) + 0.5 - pixels / 2) * FIELD / PIXELS
    along_x = np.exp(2j * np.pi * frequencies[:, 0, None] * offset)
    along_y = np.exp(2j * np.pi * frequencies[:, 1, None] * offset)
    return np.asarray(((amplitudes[:, None] * along_y).T @ along_x).real)


def transform(sources: Floats, frequencies: Floats) -> NDArray[np.complex128]:
    """Return the Fourier components of Gaussian sources.

    Parameters
    ----------
    sources
        Flux, x, y and standard deviation [arcsec] of each, shape (source, 4).
    frequencies
        Shape (k, 2) [1/arcsec].
    """
    flux, x, y, sigma = sources.T
    phase = np.exp(-2j * np.pi * (frequencies[:, :1] * x + frequencies[:, 1:] * y))
    damped = np.exp(-2 * (np.pi * sigma) ** 2 * (frequencies**2).sum(axis=1, keepdims=True))
    return np.asarray((flux * damped * phase).sum(axis=1))
