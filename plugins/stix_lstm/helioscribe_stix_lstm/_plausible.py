"""What exceeds the threshold like a flare and is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._background import Excess, smooth, stabilised
from helioscribe_stix_lstm._bands import GROUPED, NATIVE
from helioscribe_stix_lstm._events import Flare
from helioscribe_stix_lstm._grid import Grid
from helioscribe_stix_lstm._score import SMOOTH

__all__ = ["plausible"]

HARD_DIP = -2.5
"""Mean significance over 20 s of the second-hardest band below which a weak excess is a shift of the energy scale."""

BRIGHT = 20.0
"""Dead time lets the hard bands dip in flares brighter than this, in units of the background."""

BESIDE = 75
"""Cells before and after a flare within which counts must be lower, five minutes."""

MINUTE = 15
"""Cells whose mean says how low they are there."""


def plausible(flares: list[Flare], grid: Grid, excess: Excess, bands: NDArray[np.float64], limit: float) -> list[Flare]:
    """Return the flares that rise and fall, and are no shift of the energy scale.

    Parameters
    ----------
    flares
        What exceeds the threshold.
    grid, excess
        The series.
    bands
        Excess over the quiet level [standard deviations], shape (t, band).
    limit
        Threshold [standard deviations].
    """
    first = stabilised(grid.counts[:, 0])
    sharp, steady = (smooth(first, grid.valid, width) for width in (SMOOTH, MINUTE))
    return [
        flare
        for flare in flares
        if _stands_out(flare, sharp, steady, grid.valid, limit * excess.noise[flare.peak, 0])
        and not _gain_shift(flare, grid, excess, bands)
    ]


def _stands_out(
    flare: Flare, sharp: NDArray[np.float64], steady: NDArray[np.float64], valid: NDArray[np.bool_], least: float
) -> bool:
    """Whether counts rise and fall by the threshold: a step does one of the two, a ripple on a slow decay neither."""
    here = slice(flare.start, flare.end + 1)
    # The highest of many short means is noise.
    series = sharp if flare.end - flare.start < BESIDE else steady
    most = series[here][valid[here]].max() - least
    sides = slice(max(0, flare.start - BESIDE), flare.start), slice(flare.end + 1, flare.end + 1 + BESIDE)
    return all(valid[side].sum() < MINUTE or steady[side][valid[side]].min() <= most for side in sides)


def _gain_shift(flare: Flare, grid: Grid, excess: Excess, bands: NDArray[np.float64]) -> bool:
    """Whether the hard band loses what soft ones gain: no X-ray source does that, a drift of the gain does."""
    if grid.counts[flare.peak, 0] > BRIGHT * excess.background[flare.peak, 0]:
        return False
    here = slice(flare.start, flare.end + 1)
    line = 3 if grid.counts.shape[1] == NATIVE else GROUPED - 1
    return bool(smooth(bands[here, line], grid.valid[here], SMOOTH).min() < HARD_DIP)
