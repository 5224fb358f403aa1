"""The running background of each band, and every sample as an excess over it in units of the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Excess", "excess_over_background", "smooth", "stabilised"]

BLOCK = 15
"""Samples that are averaged before percentiles are taken, one minute."""

WINDOW = 180
"""Blocks in the running window, three hours: longer than almost every flare."""

LEVEL = 0.15
"""Quantile of the block means that counts as background: low, as flares only add."""

MIN_NOISE = 0.8
"""Least noise, in units of the Poisson noise: quantised counts may not vary at all."""

MAX_ACTIVITY = 0.25
"""Most unresolved activity that counts as noise, in units of the background."""

_NORMAL_15 = 1.0364
"""Distance of the median from the 15 % quantile of a normal distribution [standard deviations]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """A series relative to its running background."""

    value: NDArray[np.float64]
    """Excess over the background [standard deviations of the noise], shape (t, band); 0 where not valid."""

    background: NDArray[np.float64]
    """Background [count / cell], shape (t, band)."""

    noise: NDArray[np.float64]
    """Noise of the variance-stabilised counts, 1 for a Poisson process, shape (t, band)."""

    activity: NDArray[np.float64]
    """Scatter of the first band between flares beyond the noise [standard deviations of the noise], shape (t,)."""


def excess_over_background(
    counts: NDArray[np.float64], valid: NDArray[np.bool_], gain: NDArray[np.float64] | None = None
) -> Excess:
    """Compare a series with its background in the three hours around.

    Counts are made of equal variance by the Anscombe transform (Anscombe 1948, Biometrika 35, 246), so that one
    unit means the same on every background, and in a flare as before it.

    Parameters
    ----------
    counts
        Counts a cell, shape (t, band).
    valid
        Cells with a measurement, shape (t,).
    gain
        By what counts were multiplied, and with them their noise, shape (t, band); None for not at all.
    """
    stable = stabilised(counts)
    blocks = _block_means(np.where(valid[:, None], counts, np.nan))
    background = _per_sample(_running_quantile(blocks, LEVEL), valid.size)
    noise = np.maximum(_per_sample(_running_quantile(_roughness(stable, valid), 0.5), valid.size), MIN_NOISE)
    floor = stabilised(background)
    louder = noise if gain is None else noise * np.sqrt(np.maximum(gain, 1.0))
    value = np.where(valid[:, None], (stable - floor) / louder, 0.0)
    most = 2.0 * (np.sqrt((1.0 + MAX_ACTIVITY) * background[:, 0]) - np.sqrt(background[:, 0])) / noise[:, 0]
    activity = np.minimum(_activity(value[:, 0], valid), most)
    return Excess(value=value, background=background, noise=noise, activity=activity)


def stabilised(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Anscombe transform of Poisson counts, whose standard deviation is 1; same shape."""
    return np.asarray(2.0 * np.sqrt(np.maximum(counts, 0.0) + 0.375))


def smooth(series: NDArray[np.float64], valid: NDArray[np.bool_], width: int) -> NDArray[np.float64]:
    """Return the mean over `width` cells around each, of the valid ones only; same shape as `series`, (t, ...)."""
    weight = valid.astype(np.float64)
    kernel = np.ones(width)
    total = _convolved(weight, kernel)
    columns = series.reshape(series.shape[0], -1).T
    sums = np.stack([_convolved(np.where(valid, column, 0.0), kernel) for column in columns], axis=1)
    return np.asarray((sums / np.maximum(total, 1.0)[:, None]).reshape(series.shape))


def _convolved(series: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    full = np.convolve(series, kernel)
    skip = (kernel.size - 1) // 2
    return np.asarray(full[skip : skip + series.size])


def _block_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over each block, shape (block, band); NaN where less than a third of a block is there."""
    blocks = -(-values.shape[0] // BLOCK)
    padded = np.full((blocks * BLOCK, values.shape[1]), np.nan)
    padded[: values.shape[0]] = values
    cut = padded.reshape(blocks, BLOCK, -1)
    there = np.isfinite(cut).sum(axis=1)
    return np.asarray(np.where(there >= BLOCK // 3, np.nansum(cut, axis=1) / np.maximum(there, 1), np.nan))


def _roughness(stable: NDArray[np.float64], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Noise from differences of neighbours, which hardly see slow changes, shape (block, band)."""
    steps = np.abs(np.diff(stable, axis=0, prepend=stable[:1]))
    both = valid & np.concatenate(([False], valid[:-1]))
    # The mean absolute difference of two normal deviates is 2 / sqrt(pi) standard deviations.
    return np.asarray(_block_means(np.where(both[:, None], steps, np.nan)) * (np.sqrt(np.pi) / 2.0))


def _activity(first: NDArray[np.float64], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    blocks = _block_means(np.where(valid, first, np.nan)[:, None])
    spread = (_running_quantile(blocks, 0.5) - _running_quantile(blocks, LEVEL)) / _NORMAL_15
    beyond = np.sqrt(np.maximum(spread**2 - 1.0 / BLOCK, 0.0))
    return _per_sample(beyond, valid.size)[:, 0]


def _running_quantile(blocks: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Quantile in the window around each block, shape (block, band); windows at the ends are shifted inwards."""
    n = blocks.shape[0]
    window = min(WINDOW, n)
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(blocks, window, axis=0), axis=-1)
    there = np.isfinite(ordered).sum(axis=-1)
    place = level * np.maximum(there - 1, 0)
    low = place.astype(np.int64)
    high = np.minimum(low + 1, np.maximum(there - 1, 0))
    below, above = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (low, high))
    found = below + (place - low) * (above - below)
    return np.asarray(_filled(found)[np.clip(np.arange(n) - window // 2, 0, n - window)])


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace NaN by the nearest known value of the band, by 0 where a band has none."""
    out = values.copy()
    for band in range(values.shape[1]):
        known = np.flatnonzero(np.isfinite(values[:, band]))
        out[:, band] = np.interp(np.arange(values.shape[0]), known, values[known, band]) if known.size else 0.0
    return out


def _per_sample(blocks: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Interpolate from the middles of blocks to samples, shape (t, band)."""
    middles = (np.arange(blocks.shape[0]) + 0.5) * BLOCK - 0.5
    return np.stack([np.interp(np.arange(n), middles, column) for column in blocks.T], axis=1)
