"""Parts of a dataset that share no region: a region seen on two days is in one part only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

__all__ = ["PARTS", "split_by_region", "split_by_time"]

PARTS = ("train", "validation", "test")
_PATTERN = ("train", "train", "validation", "train", "train", "test", "train", "train", "validation", "train")
"""70, 20 and 10 %, each part from all over the time."""

_PASSAGE = timedelta(days=14)
"""How long a region takes to cross the disk."""

_SHORTEST = 2 * _PASSAGE


def split_by_time(moments: Sequence[datetime]) -> list[str | None]:
    """Return the part of each image, so that no region can be seen in two parts.

    The time is cut into ten blocks, of four weeks at least, which go to training, validation and test in turn. What was
    taken within a passage of the disk after the beginning of a block of another part belongs to none.

    Parameters
    ----------
    moments
        UTC, in any order.

    Returns
    -------
    list
        One of `PARTS`, or None, for each image.
    """
    if not moments:
        return []
    first = min(moments)
    length = max((max(moments) - first) / len(_PATTERN), _SHORTEST)
    parts: list[str | None] = []
    for moment in moments:
        block = min(int((moment - first) / length), len(_PATTERN) - 1)
        changed = block > 0 and _PATTERN[block] != _PATTERN[block - 1]
        parts.append(None if changed and moment - (first + block * length) < _PASSAGE else _PATTERN[block])
    return parts


def split_by_region(regions: Sequence[int], *, seed: int, shares: tuple[float, float] = (0.7, 0.2)) -> list[str]:
    """Return ``train``, ``validation`` or ``test`` for each sample, so that no region is in two parts.

    Parameters
    ----------
    regions
        NOAA's number of each sample; samples of one region stay together, and those without a number (0) go alone.
    seed
        Of the order of the regions.
    shares
        Of the samples in the first two parts.
    """
    groups: dict[tuple[str, int], list[int]] = {}
    for index, region in enumerate(regions):
        groups.setdefault(("region", region) if region else ("alone", index), []).append(index)
    keys = list(groups)
    np.random.default_rng(seed).shuffle(keys)
    parts, done = [""] * len(regions), 0
    for key in keys:
        share = done / max(1, len(regions))
        part = "train" if share < shares[0] else "validation" if share < sum(shares) else "test"
        for index in groups[key]:
            parts[index] = part
        done += len(groups[key])
    return parts
