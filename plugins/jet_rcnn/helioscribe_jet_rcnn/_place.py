"""Where on the Sun a map of the encoder points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.product import Header
from helioscribe_jet_rcnn._frames import SIDE, Fitted

__all__ = ["boxes", "sky"]

_LEVEL = 0.5
"""Share of a map's largest value down to which cells belong to the jet."""


def boxes(place: NDArray[np.float32], fit: Fitted, headers: tuple[Header, ...]) -> NDArray[np.float32]:
    """Return the brightest patch of each map as a box.

    Parameters
    ----------
    place
        Maps, shape (t, row, column).
    fit
        How the field lies in the maps' square.
    headers
        Of the frames.

    Returns
    -------
    array
        Helioprojective west and north [arcsec] of the south-west and the north-east corner, shape (t, 4).
    """
    found = np.empty((len(place), 4), np.float32)
    cell = SIDE / place.shape[1]
    for index, (one, header) in enumerate(zip(place, headers, strict=True)):
        rows, columns = _patch(one)
        corners = []
        for x, y in ((columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)):
            across, up = fit.field(x * cell, y * cell)
            right, top = (SIDE - 2 * edge for edge in (fit.left, fit.below))
            inside = (min(max(across, 0), right / fit.scale), min(max(up, 0), top / fit.scale))
            corners.append(sky(header, *inside))
        ends = np.array(corners)
        found[index] = (*ends.min(0), *ends.max(0))
    return found


def _patch(one: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and columns of the cells that hang together with the brightest."""
    lit = one >= _LEVEL * one.max()
    patch = np.zeros_like(lit)
    patch[np.unravel_index(int(one.argmax()), one.shape)] = True
    while True:
        wider = patch.copy()
        wider[1:] |= patch[:-1]
        wider[:-1] |= patch[1:]
        wider[:, 1:] |= wider[:, :-1]
        wider[:, :-1] |= wider[:, 1:]
        wider &= lit
        if (wider == patch).all():
            return np.flatnonzero(patch.any(1)), np.flatnonzero(patch.any(0))
        patch = wider


def sky(header: Header, x: float, y: float) -> tuple[float, float]:
    """Return helioprojective west and north [arcsec] of edge coordinates, from 0, of a frame."""
    west, north = pixel_grid(header) @ (x - 0.5, y - 0.5, 1.0)
    return float(west), float(north)
