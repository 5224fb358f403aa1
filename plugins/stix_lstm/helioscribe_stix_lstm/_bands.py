"""Energy bands: the five of STIX quick-look, or low, medium and high."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve

__all__ = ["GROUPED", "GROUPING", "NATIVE", "grouped", "laid_out", "taken_back"]

NATIVE, GROUPED = 5, 3
"""Numbers of bands: 4-10, 10-15, 15-25, 25-50, 50-84 keV; or 4-10, 10-25 and above 25 keV."""

GROUPING = np.array([[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]], np.float64)
"""Which native bands make each group, shape (3, 5)."""

_PLACES = np.array([0, 1, 1, 2, 2])
_FIRST = np.array([0, 1, 3])


def laid_out(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns of three groups at the places of the five bands, shape (t, 5); five bands as they are."""
    return values[:, _PLACES] if values.shape[1] == GROUPED else values


def taken_back(values: NDArray[np.float32], bands: int) -> NDArray[np.float32]:
    """Return the columns of `bands` bands from means and log-variances of five, shape (t, 2 band)."""
    if bands == NATIVE:
        return values
    return values[:, np.concatenate((_FIRST, _FIRST + NATIVE))]


def grouped(curve: LightCurve) -> LightCurve:
    """Sum the five bands to low, medium and high: counts add, errors add in quadrature.

    Raises
    ------
    InvalidInputError
        If the light curve does not have five bands.
    """
    if curve.energies.shape[0] != NATIVE:
        raise InvalidInputError(f"grouping needs five energy bands, got {curve.energies.shape[0]}")
    first, last = GROUPING.argmax(axis=1), NATIVE - 1 - GROUPING[:, ::-1].argmax(axis=1)
    return replace(
        curve,
        counts=curve.counts @ GROUPING.T,
        errors=np.sqrt(curve.errors**2 @ GROUPING.T),
        energies=np.column_stack((curve.energies[first, 0], curve.energies[last, 1])),
    )
