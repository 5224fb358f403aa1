"""The lossy compression that STIX applies to counts on board."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["compressed"]

MANTISSA_BITS = 3
"""Of the scheme with no sign bit, five exponent bits and three mantissa bits that quick-look counts use."""


def compressed(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts as they come back from the ground: small ones exactly, larger ones as the middle of a bin.

    From 16 on every octave has eight bins, so that 240 to 255 become 247 and 256 to 287 become 271.

    Parameters
    ----------
    counts
        Whole numbers of counts, any shape, not negative.
    """
    whole = np.maximum(np.floor(counts), 0.0)
    exponent = np.floor(np.log2(np.maximum(whole, 1.0)))
    step = 2.0 ** np.maximum(exponent - MANTISSA_BITS, 0.0)
    low = np.floor(whole / step) * step
    return np.asarray(low + np.floor((step - 1.0) / 2.0))
