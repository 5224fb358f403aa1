"""Counts of a camera behind a rendering: what a detector must say the same of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_jet_rcnn._frames import STRETCH

__all__ = ["counts_of"]

_BRIGHTEST = 3000.0
_EXPOSURE = 2.9
"""Of AIA 304: counts [DN] that an active region reaches, and the usual exposure [s]."""

_AVERAGED = 9
"""Pixels of the camera in one: 300 arcsec are 500 of them, and 166 in the encoder's input."""


def counts_of(shown: NDArray[np.float32], noise: np.random.Generator | None = None) -> NDArray[np.float32]:
    """Return count rates [DN / s] of display values 0 to 255 that were stretched as usual.

    NaN stays NaN. The renderings' own scale is lost, so that one is assumed; what was too bright for them stays cut.

    Parameters
    ----------
    shown
        Display values of any shape.
    noise
        Draws Poisson noise on top of what there is, as the average of so many pixels has it.
    """
    share = np.sinh(np.nan_to_num(shown) / 255 * np.arcsinh(1 / STRETCH)) * STRETCH
    counts = _BRIGHTEST * np.clip(share, 0, None)
    drawn = counts if noise is None else noise.poisson(_AVERAGED * counts) / _AVERAGED
    return np.where(np.isfinite(shown), drawn / _EXPOSURE, np.nan).astype(np.float32)
