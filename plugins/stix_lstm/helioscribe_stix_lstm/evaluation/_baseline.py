"""The plain method to compare with: counts above a running background."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import LightCurve
from helioscribe.sdk.coverage import runs_of
from helioscribe_stix_lstm._background import excess_over_background
from helioscribe_stix_lstm._grid import to_grid
from helioscribe_stix_lstm.evaluation._matching import Claim

__all__ = ["claims_from_flags", "threshold_claims"]

SIGMAS = 5.0
"""Excess that counts, in standard deviations of the background."""

SHORTEST = 3
"""Least samples of an event."""

JOIN = 15
"""Events less than this many samples apart are one, a minute."""


def threshold_claims(curve: LightCurve) -> list[Claim]:
    """Return an event for each run of 4-10 keV samples more than `SIGMAS` above the running background."""
    grid = to_grid(curve)
    background = excess_over_background(grid.counts, grid.valid).background[:, 0]
    flags = grid.valid & (grid.counts[:, 0] > background + SIGMAS * np.sqrt(background))
    return claims_from_flags(grid.times, grid.counts[:, 0], background, flags)


def claims_from_flags(
    times: NDArray[np.datetime64],
    counts: NDArray[np.float64],
    background: NDArray[np.float64],
    flags: NDArray[np.bool_],
) -> list[Claim]:
    """Turn runs of flagged samples into events; all arrays of shape (t,)."""
    joined = flags.copy()
    for first, last in runs_of(~flags):
        joined[first:last] = last - first < JOIN and first > 0 and last < flags.size
    claims = []
    for first, last in runs_of(joined):
        if flags[first:last].sum() < SHORTEST:
            continue
        peak = first + int(np.argmax(counts[first:last]))
        ratio = float(counts[peak] / max(background[peak], 1.0))
        edge = first == 0 or last == flags.size
        claims.append(Claim(start=times[first], peak=times[peak], ratio=ratio, clipped=edge))
    return claims
