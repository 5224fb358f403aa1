"""Pairs what was found with the entries of a list: the nearest first, and none twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pair_nearest", "pair_times"]


def pair_times(
    found: NDArray[np.datetime64], listed: NDArray[np.datetime64], *, tolerance: float
) -> list[tuple[int, int]]:
    """Pair the times of detections with the times of a list. Each time is used at most once, the nearest pairs first.

    Parameters
    ----------
    found, listed
        Times by the same clock, shapes (m,) and (n,), in any order.
    tolerance
        Largest time between the two members of a pair [s].

    Returns
    -------
    list of tuple
        Indices into `found` and into `listed` for every pair, the nearest pair first.

    Examples
    --------
    >>> found = np.array(["2022-03-28T11:29", "2022-03-28T15:00"], "datetime64[s]")
    >>> listed = np.array(["2022-03-28T11:28"], "datetime64[s]")
    >>> pair_times(found, listed, tolerance=120.0)
    [(0, 0)]
    """
    return pair_nearest(np.abs((found[:, None] - listed[None, :]) / np.timedelta64(1, "s")), most=tolerance)


def pair_nearest(distance: NDArray[np.floating], *, most: float) -> list[tuple[int, int]]:
    """Pair rows with columns, each used at most once, the nearest pairs first.

    Parameters
    ----------
    distance
        Of every row from every column, shape (row, column); NaN where they are no pair.
    most
        Largest distance between the two members of a pair.

    Returns
    -------
    list of tuple
        Row and column of every pair, the nearest pair first.
    """
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for flat in np.argsort(distance, axis=None, kind="stable"):
        one, other = (int(index) for index in np.unravel_index(flat, distance.shape))
        if not distance[one, other] <= most:  # also where it is NaN
            break
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return list(pairs.items())
