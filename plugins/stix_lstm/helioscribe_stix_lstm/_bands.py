"""Energy bands: the five of STIX quick-look, or low, medium and high."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve

__all__ = ["GROUP_NAMES", "grouped", "grouping"]

GROUP_NAMES = ("low", "medium", "high")
"""4-10, 10-25 and above 25 keV."""

NATIVE = 5


def grouping(bands: str) -> NDArray[np.float64]:
    """Return which native bands make each band, shape (band, 5), for ``native`` or ``grouped``."""
    if bands == "native":
        return np.eye(NATIVE)
    return np.array([[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]], np.float64)


def grouped(curve: LightCurve) -> LightCurve:
    """Sum the five bands to low, medium and high: counts add, errors add in quadrature.

    Raises
    ------
    InvalidInputError
        If the light curve does not have five bands.
    """
    if curve.energies.shape[0] != NATIVE:
        raise InvalidInputError(f"grouping needs five energy bands, got {curve.energies.shape[0]}")
    matrix = grouping("grouped")
    first, last = matrix.argmax(axis=1), NATIVE - 1 - matrix[:, ::-1].argmax(axis=1)
    return replace(
        curve,
        counts=curve.counts @ matrix.T,
        errors=np.sqrt(curve.errors**2 @ matrix.T),
        energies=np.column_stack((curve.energies[first, 0], curve.energies[last, 1])),
    )
