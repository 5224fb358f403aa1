"""What the network reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._background import Excess
from helioscribe_stix_lstm._bands import GROUPED, NATIVE, laid_out

__all__ = ["COLUMNS", "features"]

COLUMNS = NATIVE + 4
"""Columns: five bands, valid, attenuator in, activity, grouped."""


def features(excess: Excess, valid: NDArray[np.bool_], attenuator: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the input of the network, shape (t, 9).

    The excess goes through asinh: linear where the noise is, logarithmic in flares.
    Three groups of bands take the places of the five bands that they are made of.
    """
    is_grouped = np.full(valid.size, excess.value.shape[1] == GROUPED)
    bands = laid_out(np.arcsinh(excess.value / 2.0))
    columns = np.column_stack((bands, valid, attenuator > 0, np.log1p(excess.activity), is_grouped))
    return np.where(valid[:, None], columns, 0.0).astype(np.float32)
