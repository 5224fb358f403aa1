"""Parts of a dataset that share nothing: neither a group nor a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["chained", "split_by_group", "split_by_time"]


def chained(
    starts: NDArray[np.datetime64], ends: NDArray[np.datetime64], links: Sequence[Sequence[str]], *, gap: np.timedelta64
) -> NDArray[np.intp]:
    """Return the group of each sample: what is near in time or has a link in common belongs together.

    Parameters
    ----------
    starts, ends
        Of each sample, UTC.
    links
        Of each sample: what others may have too, such as the events that it shows.
    gap
        Samples that are nearer in time are in one group.

    Returns
    -------
    ndarray
        Numbers of groups from 0, in order of the first sample of each.
    """
    root = list(range(len(starts)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = one = root[root[one]]
        return one

    order = np.argsort(starts, kind="stable").tolist()
    first_with: dict[str, int] = {}
    latest = -1
    for one in order:
        if latest >= 0 and starts[one] - ends[latest] < gap:
            root[find(one)] = find(latest)
        latest = one if latest < 0 or ends[one] > ends[latest] else latest
        for link in links[one]:
            root[find(one)] = find(first_with.setdefault(link, one))
    numbers: dict[int, int] = {}
    for one in order:
        numbers.setdefault(find(one), len(numbers))
    return np.array([numbers[find(one)] for one in range(len(root))], np.intp)


def split_by_group(
    groups: Sequence[str], shares: Sequence[float] = (0.7, 0.15, 0.15), *, seed: int = 1
) -> list[NDArray[np.intp]]:
    """Return the samples of each part; a group is in one part only.

    Parameters
    ----------
    groups
        Of each sample: what belongs together, such as an event or an observation.
    shares
        Of the samples, for each part; groups are whole, so that they are met roughly.
    seed
        Of the order in which groups are dealt out.

    Raises
    ------
    InvalidInputError
        If there are fewer groups than parts, or shares that are none.
    """
    names, sizes = np.unique(np.asarray(groups), return_counts=True)
    wanted = _wanted(shares, len(names), "groups")
    order = np.random.default_rng(seed).permutation(len(names))
    filled = np.zeros(len(wanted))
    part_of: dict[str, int] = {}
    # The largest first, each to the part that lacks most: parts keep their shares though groups differ in size.
    for index in sorted(order.tolist(), key=lambda one: -sizes[one]):
        part = int(np.argmin((filled + 1e-9) / wanted))
        filled[part] += sizes[index]
        part_of[str(names[index])] = part
    parts = np.array([part_of[str(group)] for group in groups])
    return [np.flatnonzero(parts == part) for part in range(len(wanted))]


def split_by_time(
    times: NDArray[np.datetime64], shares: Sequence[float] = (0.7, 0.15, 0.15), *, gap: np.timedelta64 | None = None
) -> list[NDArray[np.intp]]:
    """Return the samples of each part in order of time, the earliest first.

    Parameters
    ----------
    times
        Of each sample, UTC.
    shares
        Of the samples, for each part.
    gap
        How far parts are kept apart: samples closer than that to the end of the part before are in no part.

    Raises
    ------
    InvalidInputError
        If there are fewer samples than parts, or shares that are none.
    """
    wanted = _wanted(shares, len(times), "samples")
    order = np.argsort(times, kind="stable")
    edges = np.round(np.cumsum(wanted)[:-1] * len(times)).astype(int)
    parts = np.split(order, edges)
    apart = np.timedelta64(0, "ns") if gap is None else gap
    kept = [parts[0]]
    for before, part in pairwise(parts):
        last = times[before].max() if before.size else times.min()
        kept.append(part[times[part] > last + apart])
    return kept


def _wanted(shares: Sequence[float], count: int, of: str) -> NDArray[np.float64]:
    wanted = np.asarray(shares, np.float64)
    if wanted.ndim != 1 or not (wanted > 0).all() or abs(wanted.sum() - 1) > 1e-6:
        raise InvalidInputError(f"split: expected shares above 0 that add up to 1, got {list(shares)}")
    if count < wanted.size:
        raise InvalidInputError(f"split: {count} {of}; expected at least one for each of the {wanted.size} parts")
    return wanted
