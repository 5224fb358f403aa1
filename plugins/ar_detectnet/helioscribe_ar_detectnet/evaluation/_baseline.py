"""The classical way: smooth the field, cut it at a threshold, and call every large piece a region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._disk import Disk
from helioscribe_ar_detectnet.simulation.texture import blurred

__all__ = ["classical_boxes"]

_WIDTH, _CUT, _LEAST = 4.0, 35.0, 60
"""Gaussian width [pixels of 512], field [G] and area [pixels]; as in McAteer et al. (2005, Sol. Phys. 228, 55) within
the coarser pixels, and the best of a small grid on simulated suns."""


def classical_boxes(disk: Disk) -> NDArray[np.float64]:
    """Return x1, y1, x2, y2 [pixels] of what stands out of the smoothed field, shape (box, 4)."""
    smooth = blurred(np.abs(disk.field.astype(np.float64)), _WIDTH)
    strong = (smooth > _CUT) & (disk.mu > 0.1)
    boxes = []
    for rows, columns in _pieces(strong):
        if rows.size >= _LEAST:
            boxes.append((columns.min(), rows.min(), columns.max(), rows.max()))
    return np.array(boxes, float).reshape(-1, 4)


def _pieces(flags: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], ...]]:
    """Return the pixels of every connected piece."""
    left = flags.copy()
    pieces = []
    while left.any():
        piece = np.zeros_like(left)
        piece[np.unravel_index(np.argmax(left), left.shape)] = True
        while True:
            grown = _grown(piece) & left
            if grown.sum() == piece.sum():
                break
            piece = grown
        left &= ~piece
        pieces.append(np.nonzero(piece))
    return pieces


def _grown(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    grown = piece.copy()
    for axis in (0, 1):
        grown |= np.roll(grown, 1, axis) | np.roll(grown, -1, axis)
    return grown
