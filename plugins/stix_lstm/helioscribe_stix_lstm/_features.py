"""What the network reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._background import Excess

__all__ = ["EXTRA", "features"]

EXTRA = 3
"""Columns after those of the bands: valid, attenuator in, activity."""


def features(excess: Excess, valid: NDArray[np.bool_], attenuator: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the input of the network, shape (t, band + 3).

    The excess goes through asinh: linear where the noise is, logarithmic in flares.
    """
    columns = np.column_stack(
        (np.arcsinh(excess.value / 2.0), valid, attenuator > 0, np.log1p(excess.activity))
    )
    return np.where(valid[:, None], columns, 0.0).astype(np.float32)
