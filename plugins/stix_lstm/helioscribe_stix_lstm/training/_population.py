"""What flares there are: peaks, durations and band ratios, from the STIX flare list or from a summary of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.labels import read_table

__all__ = ["Population", "listed", "summarised"]

BANDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One row a flare."""

    rise: NDArray[np.float64]
    """Start to peak [s], shape (flare,)."""

    decay: NDArray[np.float64]
    """Peak to end [s], shape (flare,)."""

    excess: NDArray[np.float64]
    """Counts above the background in 4 s at the peak, shape (flare, band)."""

    background: NDArray[np.float64]
    """Background counts in 4 s, shape (flare, band)."""


def listed(path: Path) -> Population:
    """Read the operational flare list (``LC0_PEAK_COUNTS_4S`` and so on, times in UTC), plain or gzipped.

    Raises
    ------
    InvalidInputError
        If a column is missing or no row can be used.
    """
    rows = read_table(path)
    try:
        numbers = np.array([_numbers(row) for row in rows])
    except (KeyError, ValueError) as error:
        raise InvalidInputError(f"{path.name}: not the operational STIX flare list: {error}") from None
    if not len(numbers):
        raise InvalidInputError(f"{path.name}: no flares")
    rise, decay, background = numbers[:, 0], numbers[:, 1], numbers[:, 2 + BANDS :]
    # A listed peak is the largest of many noisy samples: what noise alone would give is no excess.
    excess = np.maximum(numbers[:, 2 : 2 + BANDS] - background - 2.5 * np.sqrt(background), 0.0)
    usable = (rise > 0) & (decay > 0) & (rise + decay < 4 * 3600) & (background[:, 0] < 2000) & (excess[:, 0] > 0)
    return Population(rise=rise[usable], decay=decay[usable], excess=excess[usable], background=background[usable])


def _numbers(row: dict[str, str]) -> list[float]:
    start, peak, end = (datetime.fromisoformat(row[f"{name}_UTC"]) for name in ("start", "peak", "end"))
    peaks = [float(row[f"LC{band}_PEAK_COUNTS_4S"]) for band in range(BANDS)]
    backgrounds = [float(row[f"LC{band}_BKG_COUNTS_4S"]) for band in range(BANDS)]
    return [(peak - start).total_seconds(), (end - peak).total_seconds(), *peaks, *backgrounds]


def summarised(rng: np.random.Generator, flares: int = 2000) -> Population:
    """Draw a population like the list's, for when the list is not at hand.

    Log-normal laws with the medians and spreads of the operational list 2021 to 2023.
    """
    size = rng.lognormal(np.log(1100.0), 1.6, flares)
    longer = (size / 1100.0) ** 0.3
    rise = np.clip(rng.lognormal(np.log(200.0), 0.9, flares) * longer, 8, 3600)
    decay = np.clip(rng.lognormal(np.log(350.0), 0.9, flares) * longer, 12, 7200)
    laws = ((0.09, 0.5), (0.015, 0.9), (4e-3, 1.5), (1e-3, 1.5))
    ratios = [np.ones(flares)] + [rng.lognormal(np.log(middle), spread, flares) for middle, spread in laws]
    typical = np.array([245.0, 46.0, 60.0, 763.0, 410.0])
    background = typical * rng.lognormal(0.0, 0.12, (flares, BANDS))
    return Population(rise=rise, decay=decay, excess=size[:, None] * np.stack(ratios, axis=1), background=background)
