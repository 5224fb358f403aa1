"""Many boxes of one thing become one: OpenCV's ``groupRectangles``, and non-maximum suppression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["group_rectangles", "overlap", "suppress"]


def group_rectangles(
    boxes: NDArray[np.float64], *, least: int, eps: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Group boxes that are alike and return the mean of each group.

    Two boxes are alike if all their edges differ by at most `eps` times half of the sum of the smaller width and the
    smaller height (OpenCV's ``SimilarRects``). Being alike is carried on from one to the next, groups of `least` boxes
    or fewer are dropped, and so is a group inside of one with more boxes, as OpenCV does; it rounds to whole pixels.

    Parameters
    ----------
    boxes
        x1, y1, x2, y2, shape (box, 4).
    least
        OpenCV's ``groupThreshold``.
    eps
        OpenCV's ``eps``.

    Returns
    -------
    array
        Means, shape (group, 4).
    array
        Which group each box went to, -1 for none, shape (box,).
    """
    if not len(boxes):
        return np.empty((0, 4)), np.empty(0, np.intp)
    labels = _partition(_alike(boxes, eps))
    counts = np.bincount(labels)
    means = np.stack([np.bincount(labels, boxes[:, axis]) / counts for axis in range(4)], axis=1)
    large = [number for number in range(len(counts)) if counts[number] > least]
    kept = [number for number in large if not _inside(number, means, counts, least, eps)]
    order = np.full(len(counts), -1)
    order[kept] = np.arange(len(kept))
    return means[kept], order[labels]


def _alike(boxes: NDArray[np.float64], eps: float) -> NDArray[np.bool_]:
    size = boxes[:, 2:] - boxes[:, :2]
    least = np.minimum(size[:, None], size[None])
    delta = eps * least.sum(axis=2) * 0.5
    return np.asarray((np.abs(boxes[:, None] - boxes[None]) <= delta[:, :, None]).all(axis=2))


def _partition(alike: NDArray[np.bool_]) -> NDArray[np.intp]:
    labels = np.full(len(alike), -1)
    number = 0
    for first in range(len(alike)):
        if labels[first] >= 0:
            continue
        front = np.zeros(len(alike), bool)
        front[first] = True
        while front.any():
            labels[front] = number
            front = alike[front].any(axis=0) & (labels < 0)
        number += 1
    return labels


def _inside(number: int, means: NDArray[np.float64], counts: NDArray[np.intp], least: int, eps: float) -> bool:
    box = means[number]
    for other, outer in enumerate(means):
        if other == number or counts[other] <= least:
            continue
        slack = np.array([outer[2] - outer[0], outer[3] - outer[1]]) * eps
        within = (box[:2] >= outer[:2] - slack).all() and (box[2:] <= outer[2:] + slack).all()
        if within and (counts[other] > max(3, counts[number]) or counts[number] < 3):
            return True
    return False


def suppress(boxes: NDArray[np.float64], scores: NDArray[np.float64], *, most: float = 0.2) -> NDArray[np.intp]:
    """Return the boxes, best first, that overlap no better one by more than `most` (intersection over union)."""
    kept: list[int] = []
    for number in np.argsort(-scores, kind="stable"):
        if not kept or overlap(boxes[[number]], boxes[kept]).max() <= most:
            kept.append(int(number))
    return np.array(kept, np.intp)


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return intersection over union of every box of `a` with every box of `b`, shape (a, b)."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1) for boxes in (a, b)]
    union = areas[0][:, None] + areas[1][None] - common
    return np.where(union > 0, common / np.where(union > 0, union, 1), 0.0)
