"""The network's grid: coverage and corners of boxes in every square of 8 x 8 pixels, and back to boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet._grouping import group_rectangles, suppress

__all__ = ["SQUARES", "STRIDE", "Found", "Target", "centres", "decode", "encode", "within"]

STRIDE = 8
"""Pixels a side of a square."""

SQUARES = SIDE // STRIDE
_CORE, _LEAST_CORE = 0.5, 12.0
"""Share of a box, on each axis, whose squares answer for it, and the least [pixels]: S3's DetectNet shrinks boxes
likewise, so that no square answers for two neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Boxes of one image."""

    boxes: NDArray[np.float64]
    """x1, y1, x2, y2 [pixels], shape (box, 4)."""

    coverage: NDArray[np.float64]
    """Greatest coverage among the squares behind each box, 0 to 1, shape (box,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What the network shall say of some boxes."""

    coverage: NDArray[np.float32]
    """1 in squares of a box's core, shape (squares, squares)."""

    corners: NDArray[np.float32]
    """Corners less the square's centre [pixels], shape (4, squares, squares); 0 where there is no box."""

    share: NDArray[np.float32]
    """1 over the number of squares of a square's box, shape (squares, squares); 0 where there is none."""

    size: NDArray[np.float32]
    """Width and height of a square's box [pixels], shape (2, squares, squares); 1 where there is none."""


def centres() -> NDArray[np.float64]:
    """Return the pixel in the middle of each square along one axis."""
    return np.asarray(np.arange(SQUARES) * STRIDE + (STRIDE - 1) / 2, np.float64)


def encode(boxes: NDArray[np.float64]) -> Target:
    """Return what the network shall say of boxes (x1, y1, x2, y2) [pixels], shape (box, 4).

    Where the cores of two meet, the smaller box has the square.
    """
    at = centres()
    owner = np.full((SQUARES, SQUARES), -1)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for number in np.argsort(-areas):
        x1, y1, x2, y2 = boxes[number]
        owner[np.ix_(_inside(at, y1, y2), _inside(at, x1, x2))] = number
    covered = owner >= 0
    squares = np.bincount(owner[covered], minlength=len(boxes))
    middles = np.stack([*np.meshgrid(at, at)] * 2)
    corners, share, size = np.zeros(middles.shape), np.zeros(owner.shape), np.ones((2, *owner.shape))
    own = boxes[owner[covered]]
    corners[:, covered] = own.T - middles[:, covered]
    share[covered] = 1 / squares[owner[covered]]
    size[:, covered] = (own[:, 2:] - own[:, :2]).T
    parts = (part.astype(np.float32) for part in (covered, corners, share, size))
    return Target(**dict(zip(("coverage", "corners", "share", "size"), parts, strict=True)))


def _inside(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.intp]:
    middle, half = (low + high) / 2, max((high - low) * _CORE, _LEAST_CORE) / 2
    found = np.flatnonzero(np.abs(at - middle) <= half)
    return found if found.size else np.array([int(np.argmin(np.abs(at - middle)))])


def within(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which squares boxes [pixels], shape (box, 4), touch, shape (squares, squares)."""
    low, high = centres() - STRIDE / 2, centres() + STRIDE / 2
    columns, rows = ((boxes[:, axis, None] < high) & (boxes[:, axis + 2, None] > low) for axis in (0, 1))
    return np.asarray((rows[:, :, None] & columns[:, None, :]).any(axis=0))


def decode(
    coverage: NDArray[np.floating],
    corners: NDArray[np.floating],
    *,
    threshold: float,
    least: int = 0,
    eps: float = 0.3,
    grouping: str = "nms",
) -> Found:
    """Return the boxes that the network sees, surest first.

    Parameters
    ----------
    coverage, corners
        As in `Target`.
    threshold
        Least coverage of a square that counts.
    least
        Squares, beyond one, that must agree on a box (OpenCV's ``groupThreshold``).
    eps
        How much boxes of one group may differ, as a share of their size.
    grouping
        ``nms`` for non-maximum suppression; ``group`` for OpenCV's rectangle grouping before it.
    """
    rows, columns = np.nonzero(coverage >= threshold)
    at = centres()
    sure = coverage[rows, columns].astype(np.float64)
    boxes = corners[:, rows, columns].T.astype(np.float64) + np.stack([at[columns], at[rows], at[columns], at[rows]], 1)
    sound = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    boxes, sure = boxes[sound], sure[sound]
    if grouping == "group":
        boxes, labels = group_rectangles(boxes, least=least, eps=eps)
        sure = np.array([sure[labels == number].max() for number in range(len(boxes))])
    kept = suppress(boxes, sure)
    return Found(boxes=boxes[kept], coverage=sure[kept])
