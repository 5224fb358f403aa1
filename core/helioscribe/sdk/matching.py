"""Who is who: what was found paired with what a list has, by time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pair_times"]


def pair_times(
    found: NDArray[np.datetime64], listed: NDArray[np.datetime64], *, tolerance: float
) -> list[tuple[int, int]]:
    """Pair two sets of times, the nearest first, each at most once.

    Parameters
    ----------
    found, listed
        Times of one clock, shapes (m,) and (n,).
    tolerance
        Most distance of a pair [s].

    Returns
    -------
    list
        Indices into both, a pair each, the nearest pair first.
    """
    distance = np.abs((found[:, None] - listed[None, :]) / np.timedelta64(1, "s"))
    pairs: dict[int, int] = {}
    for flat in np.argsort(distance, axis=None, kind="stable"):
        one, other = (int(index) for index in np.unravel_index(flat, distance.shape))
        if not distance[one, other] <= tolerance:
            break
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return list(pairs.items())
