"""Random fields: smooth noise, and the strands along which supergranules sweep the field together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["blurred", "network_pattern", "noise"]

_CELL = 0.85
"""Width [deg] of the noise whose zero lines bound the supergranules, of about 30 Mm."""

_QUICK = 16
"""Fourier transforms of lengths with small factors are quick."""


def noise(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> NDArray[np.float64]:
    """Return noise of mean 0 and variance 1, smoothed with a Gaussian of this width [pixels]."""
    # Wide noise needs no fine pixels: it is made with fewer and drawn out.
    coarse = max(1, int(width / 3))
    rows, columns = (-(-(side // coarse + 2) // _QUICK) * _QUICK for side in shape)
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None]).astype(np.float32)
    seeds = rng.standard_normal((rows, columns), np.float32)
    spectrum = np.fft.rfft2(seeds) * np.exp(-2 * (np.pi * width / coarse * frequency) ** 2)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(rows, columns))
    drawn = _drawn_out(_drawn_out(field, coarse, shape[0]).T, coarse, shape[1]).T
    return np.asarray(drawn / max(float(drawn.std()), 1e-12), np.float64)


def _drawn_out(field: NDArray[np.floating], times: int, size: int) -> NDArray[np.floating]:
    """Return rows between the rows, linearly."""
    if times == 1:
        return field[:size]
    at = np.arange(size) / times
    low = at.astype(int)
    share = (at - low)[:, None].astype(np.float32)
    return np.asarray(field[low] * (1 - share) + field[low + 1] * share)


def network_pattern(
    rng: np.random.Generator, shape: tuple[int, ...], step: float, *, filled: float, rough: float = 0.8
) -> NDArray[np.float64]:
    """Return how strong the field is along the edges of supergranules, 0 and more, mean about 1.

    Parameters
    ----------
    rng
        Of the pattern.
    shape
        Of the map.
    step
        Degrees a pixel.
    filled
        How much of the edges' field the cells' insides have, 0 to 1.
    rough
        Scatter of the logarithm from one element to the next.
    """
    edges = np.exp(-((noise(rng, shape, _CELL / step) / 0.5) ** 2))
    grains = np.exp(rough * noise(rng, shape, 0.11 / step))
    pattern = (filled + edges) * grains
    return np.asarray(pattern / pattern.mean())


def blurred(field: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return a map smoothed with a Gaussian of this width [pixels]; beyond its edges is nothing."""
    reach = int(np.ceil(3 * width))
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * width**2))
    kernel /= kernel.sum()
    for _ in range(2):  # along the rows, turned, and along the rows again
        padded = np.pad(field, ((reach, reach), (0, 0)))
        field = sum(weight * padded[first : first + len(field)] for first, weight in enumerate(kernel)).T
    return field
