"""The network's grid: coverage and corners of boxes in every square of 8 x 8 pixels, and back to boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._grouping import group_rectangles, suppress

__all__ = ["SIDE", "SQUARES", "STRIDE", "Found", "centres", "decode", "encode"]

SIDE, STRIDE = 512, 8
SQUARES = SIDE // STRIDE
_SHRUNK = 0.7
"""Share of a box, on each axis, whose squares answer for it; S3's DetectNet shrinks boxes likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Boxes of one image."""

    boxes: NDArray[np.float64]
    """x1, y1, x2, y2 [pixels], shape (box, 4)."""

    coverage: NDArray[np.float64]
    """Greatest coverage among the squares behind each box, 0 to 1, shape (box,)."""


def centres() -> NDArray[np.float64]:
    """Return the pixel in the middle of each square along one axis."""
    return np.asarray(np.arange(SQUARES) * STRIDE + (STRIDE - 1) / 2, np.float64)


def encode(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the network shall say of some boxes.

    Parameters
    ----------
    boxes
        x1, y1, x2, y2 [pixels], shape (box, 4); of overlapping ones the smaller has the square.

    Returns
    -------
    array
        Coverage, 1 in squares of a box, shape (squares, squares).
    array
        Corners less the square's centre [pixels], shape (4, squares, squares); 0 where there is no box.
    """
    at = centres()
    coverage = np.zeros((SQUARES, SQUARES), np.float32)
    corners = np.zeros((4, SQUARES, SQUARES), np.float32)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for x1, y1, x2, y2 in boxes[np.argsort(-areas)]:
        columns, rows = _inside(at, x1, x2), _inside(at, y1, y2)
        coverage[np.ix_(rows, columns)] = 1.0
        for number, (corner, along) in enumerate(((x1, columns), (y1, rows), (x2, columns), (y2, rows))):
            offset = corner - at[along]
            corners[number][np.ix_(rows, columns)] = offset if number % 2 == 0 else offset[:, None]
    return coverage, corners


def _inside(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.intp]:
    middle, half = (low + high) / 2, (high - low) / 2 * _SHRUNK
    found = np.flatnonzero(np.abs(at - middle) <= half)
    return found if found.size else np.array([int(np.argmin(np.abs(at - middle)))])


def decode(
    coverage: NDArray[np.floating],
    corners: NDArray[np.floating],
    *,
    threshold: float,
    least: int = 0,
    eps: float = 0.3,
    grouping: str = "group",
) -> Found:
    """Return the boxes that the network sees.

    Parameters
    ----------
    coverage, corners
        As `encode` gives them.
    threshold
        Least coverage of a square that counts.
    least
        Squares, beyond one, that must agree on a box (OpenCV's ``groupThreshold``).
    eps
        How much boxes of one group may differ, as a share of their size.
    grouping
        ``group`` for OpenCV's rectangle grouping, ``nms`` for non-maximum suppression.
    """
    rows, columns = np.nonzero(coverage >= threshold)
    at = centres()
    sure = coverage[rows, columns].astype(np.float64)
    boxes = corners[:, rows, columns].T.astype(np.float64) + np.stack([at[columns], at[rows], at[columns], at[rows]], 1)
    sound = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    boxes, sure = boxes[sound], sure[sound]
    if grouping == "nms":
        kept = suppress(boxes, sure)
        return Found(boxes=boxes[kept], coverage=sure[kept])
    grouped, labels = group_rectangles(boxes, least=least, eps=eps)
    best = np.array([sure[labels == number].max() for number in range(len(grouped))])
    kept = suppress(grouped, best, most=0.35)
    return Found(boxes=grouped[kept], coverage=best[kept])
