"""Parts of a dataset that share no region: a region seen on two days is in one part only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

__all__ = ["PARTS", "split_by_time"]

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
