"""What the instrument does to a light curve and the Sun does not: attenuator steps and telemetry glitches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.coverage import runs_of
from helioscribe_stix_lstm._background import excess_over_background
from helioscribe_stix_lstm._grid import Grid

__all__ = ["cleaned"]

SIDE = 6
"""Cells beside a step that say how large it is in a flare, where the Sun changes fast."""

LONG_SIDE = 75
"""The same on the background, which is faint but does not change."""

FAINT = 2.0
"""Counts below this, in units of the background, are background."""

BRIGHT = 20.0
"""An attenuator moves only in bright flares: least first-band counts, in units of the background."""

DROP = 3.0
"""No flare fades by this factor in two cells; an attenuator does that."""

RETURN = 2.0
"""Least factor of the step back."""

COMMON = 2.5
"""Factor by which all bands must jump together to be a telemetry glitch: a flare leaves the hardest band alone."""

SHORT = 5
"""Longest jump of all bands that is a glitch [cells]: the median of twice as many around does not see it."""


def cleaned(grid: Grid) -> Grid:
    """Return the grid with attenuated cells scaled back and glitches no longer valid.

    Where the source does not report the attenuator, its steps are recognised in the counts.
    """
    background = excess_over_background(grid.counts, grid.valid).background
    good = grid.valid & ~_common_jump(grid, background)
    state = grid.attenuator if grid.attenuator.any() else _recognised(grid, good, background[:, 0])
    if not state.any():
        return replace(grid, valid=good)
    return _continued(replace(grid, valid=good, attenuator=state), background)


def _common_jump(grid: Grid, background: NDArray[np.float64]) -> NDArray[np.bool_]:
    width = 2 * SHORT + 1
    padded = np.pad(grid.counts, ((SHORT, SHORT), (0, 0)), mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, width, axis=0), axis=-1)
    up = ((grid.counts + 1.0) / (around + 1.0) > COMMON).all(axis=1)
    # Beside a gap the median is of nothing.
    near = np.convolve(grid.valid, np.ones(width), mode="full")[SHORT : SHORT + grid.valid.size] > width - SHORT
    down = ((grid.counts + 1.0) / (background + 1.0) < 1.0 / COMMON).all(axis=1)
    return np.asarray(grid.valid & ((up & near) | down))


def _recognised(grid: Grid, good: NDArray[np.bool_], background: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Find pairs of a sudden drop and a sudden return of the first band in bright flares."""
    first, reach = grid.counts[:, 0], grid.reach
    state = np.zeros(first.size, np.uint8)
    if first.size < 4 * SIDE * reach:
        return state
    level = np.log(np.maximum(first, 1.0))
    change = np.zeros(first.size)
    change[reach:-reach] = level[2 * reach :] - level[: -2 * reach]
    sure = good & np.roll(good, reach) & np.roll(good, -reach)
    ins = _middles(sure & (change < -np.log(DROP)) & (np.roll(first, reach) > BRIGHT * background))
    outs = _middles(sure & (change > np.log(RETURN)))
    at = 0
    for begin in ins:
        later = outs[outs > begin + SIDE]
        if begin >= at and later.size:
            at = int(later[0]) + 1
            state[begin:at] = 1
    return state


def _middles(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.array([(first + last - 1) // 2 for first, last in runs_of(flags)], np.int64)


def _continued(grid: Grid, background: NDArray[np.float64]) -> Grid:
    """Scale each attenuated stretch so that the counts go on across its steps."""
    gain, valid = np.ones_like(grid.counts), grid.valid.copy()
    for first, last in runs_of(grid.attenuator > 0):
        factors = [_step(grid, background, first, first, last), _step(grid, background, last, first, last)]
        known = [factor for factor in factors if factor is not None]
        if known:
            # A rise before the step in, and a decay after the step out, make the factor seem less.
            gain[first:last] = max(known, key=lambda factor: float(factor[0]))
        # The samples of the step itself are part one state, part the other.
        for step in (first, last):
            valid[max(0, step - grid.reach) : step + grid.reach] = False
    return replace(grid, counts=np.where(valid[:, None], grid.counts * gain, 0.0), valid=valid, gain=gain)


def _step(grid: Grid, background: NDArray[np.float64], at: int, first: int, last: int) -> NDArray[np.float64] | None:
    """Factor from inside the stretch from `first` to `last` to outside of it, at one of its ends."""
    side = max(SIDE, 2 * grid.reach)
    near = _across(grid, at, first, last, side)
    beside = _outside(grid, at, first, side)
    level = grid.counts[beside][grid.valid[beside], 0]
    if near is None or not level.size or np.median(level) > FAINT * background[min(at, len(background) - 1), 0]:
        return near
    return _across(grid, at, first, last, LONG_SIDE)


def _across(grid: Grid, at: int, first: int, last: int, side: int) -> NDArray[np.float64] | None:
    reach = grid.reach
    inside = (
        _between(first + reach, min(last, first + reach + side))
        if at == first
        else _between(max(first, last - reach - side), last - reach)
    )
    return _ratio(grid, _outside(grid, at, first, side), inside)


def _outside(grid: Grid, at: int, first: int, side: int) -> slice:
    reach = grid.reach
    return _between(at - reach - side, at - reach) if at == first else _between(at + reach, at + reach + side)


def _between(first: int, last: int) -> slice:
    return slice(max(0, first), max(0, last))


def _ratio(grid: Grid, outside: slice, inside: slice) -> NDArray[np.float64] | None:
    out, into = grid.counts[outside][grid.valid[outside]], grid.counts[inside][grid.valid[inside]]
    if not len(out) or not len(into):
        return None
    # Means: medians of quantised counts jump by whole steps.
    return np.asarray(np.clip((out.mean(axis=0) + 1.0) / (into.mean(axis=0) + 1.0), 0.5, 1000.0))
