"""A light curve on a regular time grid, which the network and the background need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve

__all__ = ["CADENCE", "Grid", "to_grid"]

CADENCE = 4.0
"""Width of a grid cell [s]: the native cadence of STIX quick-look light curves."""

MAX_CELLS = 40 * 21_600
"""Longest series that is taken, 40 days: a wrong clock must not fill the memory."""

FEW = 0.01
"""Share of samples of another width that a native series may have."""

_HALF_COVERED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Counts in cells of `CADENCE` seconds."""

    start: np.datetime64
    """Centre of the first cell, UTC at the observer, datetime64[ns]."""

    counts: NDArray[np.float64]
    """Counts a cell, corrected for live time and exposure, shape (t, band); 0 where not `valid`."""

    valid: NDArray[np.bool_]
    """True where a cell holds a measurement that may be trusted, shape (t,)."""

    attenuator: NDArray[np.uint8]
    """Rate-control state, 0 is no attenuator, shape (t,)."""

    gain: NDArray[np.float64]
    """By what counts were multiplied to undo the attenuator, shape (t, band)."""

    cell: NDArray[np.int64]
    """Cell in which the centre of each sample of the source lies, shape (sample,), not decreasing."""

    reach: int = 1
    """Cells that a usual sample of the source covers, at least 1."""

    @property
    def times(self) -> NDArray[np.datetime64]:
        """Centres of the cells, UTC at the observer, datetime64[ns], shape (t,)."""
        step = np.timedelta64(int(CADENCE * 1e9), "ns")
        return np.asarray(self.start + step * np.arange(self.valid.size))


def to_grid(curve: LightCurve) -> Grid:
    """Put a light curve on the grid.

    A series of the native cadence keeps its samples as they are.
    In any other, finer samples are summed and coarser ones are shared out evenly, by way of the cumulated counts.

    Parameters
    ----------
    curve
        Counts as recorded; samples with NaN or negative counts, or not `good`, become empty cells.

    Returns
    -------
    Grid
        Cells from the first sample to the last.

    Raises
    ------
    InvalidInputError
        If the series is longer than `MAX_CELLS`.
    """
    centres = (curve.times - curve.times[0]) / np.timedelta64(1, "s")
    if centres[-1] / CADENCE > MAX_CELLS:
        raise InvalidInputError(f"light curve spans {centres[-1] / 86_400:.0f} days, more than 40: is a time wrong?")
    usable = _usable(curve)
    live = curve.exposure * np.where(curve.live_fraction > 0, curve.live_fraction, 1.0)
    rates = np.where(usable[:, None], curve.counts / np.where(live > 0, live, 1.0)[:, None], 0.0)
    other = np.abs(curve.exposure - CADENCE) > 0.1 * CADENCE
    if other.mean() < FEW:
        return _native(curve, centres, rates, usable)
    return _rebinned(curve, centres, rates, usable)


def _usable(curve: LightCurve) -> NDArray[np.bool_]:
    sound = np.isfinite(curve.counts).all(axis=1) & (np.nan_to_num(curve.counts) >= 0).all(axis=1)
    return np.asarray(curve.good & sound & (curve.exposure > 0) & np.isfinite(curve.live_fraction))


def _native(
    curve: LightCurve, centres: NDArray[np.float64], rates: NDArray[np.float64], usable: NDArray[np.bool_]
) -> Grid:
    steps = np.maximum(1, np.rint(np.diff(centres) / CADENCE)).astype(np.int64)
    cell = np.concatenate(([0], np.cumsum(steps)))
    n = int(cell[-1]) + 1
    counts, valid = np.zeros((n, rates.shape[1])), np.zeros(n, bool)
    counts[cell], valid[cell] = rates * CADENCE, usable
    return _grid(curve, counts, valid, cell)


def _rebinned(
    curve: LightCurve, centres: NDArray[np.float64], rates: NDArray[np.float64], usable: NDArray[np.bool_]
) -> Grid:
    low, high = centres - curve.exposure / 2, centres + curve.exposure / 2
    # Bins that overlap would count the overlap twice.
    high[:-1] = np.maximum(np.minimum(high[:-1], low[1:]), low[:-1])
    cell = np.maximum(0, np.rint(centres / CADENCE)).astype(np.int64)
    n = int(cell[-1]) + 1
    edges = np.asarray((np.arange(n + 1) - 0.5) * CADENCE, np.float64)
    width = np.where(usable, high - low, 0.0)
    covered = np.diff(_cumulated(edges, low, high, width))
    sums = [np.diff(_cumulated(edges, low, high, width * rate)) for rate in rates.T]
    valid = covered > _HALF_COVERED * CADENCE
    counts = np.stack(sums, axis=1) / np.where(valid, covered, 1.0)[:, None] * CADENCE
    counts = np.where(valid[:, None], counts, 0.0)
    return _grid(curve, counts, valid, cell)


def _grid(curve: LightCurve, counts: NDArray[np.float64], valid: NDArray[np.bool_], cell: NDArray[np.int64]) -> Grid:
    state = _nearest(curve.attenuator, cell, valid.size)
    reach = max(1, round(float(np.median(curve.exposure)) / CADENCE))
    return Grid(
        start=curve.times[0],
        counts=counts,
        valid=valid,
        attenuator=state,
        gain=np.ones_like(counts),
        cell=cell,
        reach=reach,
    )


def _cumulated(
    at: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], amount: NDArray[np.float64]
) -> NDArray[np.float64]:
    total = np.cumsum(amount)
    knots = np.stack((low, high), axis=1).ravel()
    values = np.stack((total - amount, total), axis=1).ravel()
    return np.interp(at, knots, values, left=0.0, right=float(total[-1]))


def _nearest(state: NDArray[np.uint8], cell: NDArray[np.int64], n: int) -> NDArray[np.uint8]:
    """Give each cell the state of the sample that is nearest."""
    between = (cell[:-1] + cell[1:] + 1) // 2
    return np.asarray(state[np.searchsorted(between, np.arange(n), side="right")])
