"""CLEAN (Högbom 1974, A&AS 15, 417) of simulated Fourier components, as the platform cleans real ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl.training._instrument import FIELD, PIXELS, ripples

__all__ = ["clean"]

_SIZE = 163  # pixels a side that are cleaned: 257 arcsec, of which a map shows the middle
_GAIN, _LOOPS = 0.1, 300

Floats = NDArray[np.float64]


def clean(amplitudes: NDArray[np.complex128], frequencies: Floats, *, width: float) -> Floats:
    """Return a map, shape (`PIXELS`, `PIXELS`).

    Parameters
    ----------
    amplitudes
        Fourier components, shape (k,).
    frequencies
        Theirs, shape (k, 2) [1/arcsec].
    width
        Full width at half maximum of the beam that components are drawn with [arcsec].
    """
    residual = ripples(amplitudes, frequencies, _SIZE) / len(frequencies)
    response = ripples(np.ones(len(frequencies), complex), frequencies, 2 * _SIZE - 1) / len(frequencies)
    model = np.zeros_like(residual)
    for _ in range(_LOOPS):
        row, column = divmod(int(residual.argmax()), _SIZE)
        if residual[row, column] <= -residual.min():
            break
        flux = _GAIN * residual[row, column]
        model[row, column] += flux
        residual -= flux * response[_SIZE - 1 - row :, _SIZE - 1 - column :][:_SIZE, :_SIZE]
    sigma = width / np.sqrt(8 * np.log(2)) / (FIELD / PIXELS)  # pixels
    away = np.subtract.outer(np.arange(_SIZE), np.arange(_SIZE))
    beam = np.exp(-(away**2) / (2 * sigma**2))
    margin = (_SIZE - PIXELS) // 2
    middle = slice(margin, margin + PIXELS)
    return np.asarray((beam @ model @ beam + residual)[middle, middle])
