"""The detector's answer for a Sun seen in the eight ways that must not matter, and their mean.

The Sun's northern half mirrors its southern one, east mirrors west, and the polarities exchange from cycle to cycle. A
network learns this but roughly; the mean over all eight is exactly even, and right more often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["even_answer"]

_WAYS = tuple(product((1, -1), repeat=3))
"""Sign of the field, and steps along columns and rows."""


def even_answer(
    detector: Callable[..., Mapping[str, NDArray[Any]]], planes: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return coverage and corners, as in `Target`, of a disk.

    Parameters
    ----------
    detector
        The network's graph.
    planes
        What it sees, shape (2, 512, 512).
    """
    signs = np.ones((2, 1, 1), np.float32)
    seen = []
    for sign, across, up in _WAYS:
        signs[0] = sign
        seen.append(signs * planes[:, ::up, ::across])
    answer = detector(x=np.stack(seen))
    turned = [
        _turned_back(coverage, corners, across, up)
        for (_, across, up), coverage, corners in zip(_WAYS, answer["coverage"], answer["corners"], strict=True)
    ]
    coverage, corners = (np.mean(part, axis=0, dtype=np.float32) for part in zip(*turned, strict=True))
    return coverage, corners


def _turned_back(
    coverage: NDArray[np.float32], corners: NDArray[np.float32], across: int, up: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mirror an answer as its disk was; a mirrored box has its left edge where the right one was."""
    x1, y1, x2, y2 = corners[:, ::up, ::across]
    if across < 0:
        x1, x2 = -x2, -x1
    if up < 0:
        y1, y2 = -y2, -y1
    return coverage[::up, ::across], np.stack([x1, y1, x2, y2])
