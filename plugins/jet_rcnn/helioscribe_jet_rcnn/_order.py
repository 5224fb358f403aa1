"""Whether frames are in the order of their times: light changes less from frame to frame than among all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["disorder", "light_of"]

Array = NDArray[np.float32]


def light_of(frames: Array, side: int) -> Array:
    """Return the mean brightness of frames, shape (t, y, x), in `side` x `side` cells, shape (t, side, side)."""
    edges = [np.rint(np.arange(side) * size / side).astype(int) for size in frames.shape[1:]]
    sums = np.add.reduceat(np.add.reduceat(frames, edges[0], axis=1), edges[1], axis=2)
    rows, columns = (np.diff(one, append=size) for one, size in zip(edges, frames.shape[1:], strict=True))
    return np.asarray(sums / np.outer(rows, columns), np.float32)


def disorder(light: Array, place: Array) -> float:
    """Return how much brightness changes from frame to frame, as a share of what it does in any order.

    Von Neumann's ratio (1941, Ann. Math. Stat. 12, 367), halved: the mean square step over twice the variance, of the
    cells where the network sees a jet. About 1 for frames in any order, small for what takes several of them. The frame
    that fits worst is left out: one that is displaced is no disorder.

    Parameters
    ----------
    light
        Of `light_of`, shape (t, row, column).
    place
        Evidence of a jet in the same cells; the largest of each is its weight.
    """
    weight, curves = place.max(0).ravel(), light.reshape(len(light), -1)
    near, far = (np.square(curves[lag:] - curves[:-lag]) @ weight for lag in (1, 2))
    apart = np.square(curves - curves.mean(0)) @ weight
    without = near.sum() - np.append(0, near) - np.append(near, 0) + np.pad(far, 1)
    spread = apart.sum() - apart * len(light) / (len(light) - 1)
    return float((without / np.maximum(2 * spread, np.finfo(np.float32).tiny)).min())
