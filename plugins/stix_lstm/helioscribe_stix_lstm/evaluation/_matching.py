"""How well found flares agree with listed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.matching import pair_times

__all__ = ["Claim", "Truth", "Verdict", "judge", "metrics"]

TOLERANCE = 120.0
"""Most distance of a found peak from a listed one [s]."""

LISTED = 2.0
"""Peak over background from which flare lists are about complete."""

STRONG = 5.0
"""Peak over background of flares that must not be missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Listed flares of a series."""

    peak: NDArray[np.datetime64]
    """UTC at the observer, shape (flare,)."""

    start: NDArray[np.datetime64]
    """UTC at the observer, shape (flare,); NaT where not known."""

    ratio: NDArray[np.float64]
    """Peak over background in the softest band, shape (flare,); NaN where not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A flare that a method found."""

    start: np.datetime64
    """UTC at the observer."""

    peak: np.datetime64
    """UTC at the observer."""

    ratio: float
    """Peak over background in the softest band."""

    clipped: bool = False
    """Whether it goes on outside the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of claims and truth of one or several series."""

    hits: list[tuple[float, float]]
    """Error of the onset, NaN if not known, and of the peak [s], one a flare that was found."""

    ratios: list[float]
    """Peak over background of every listed flare."""

    found: list[bool]
    """Whether each listed flare was found."""

    false: list[float]
    """Peak over background of each claim that no list has."""

    days: float
    """Length of the series [day]."""

    def __add__(self, other: Verdict) -> Verdict:
        """Return both together."""
        return Verdict(
            hits=self.hits + other.hits,
            ratios=self.ratios + other.ratios,
            found=self.found + other.found,
            false=self.false + other.false,
            days=self.days + other.days,
        )


def judge(claims: Sequence[Claim], truth: Truth, days: float) -> Verdict:
    """Pair claims with listed flares, the nearest peaks first, each at most once.

    A claim without a partner that goes on outside the data is left out: lists made from this data cannot have it.
    """
    peaks = np.array([claim.peak for claim in claims], "datetime64[ns]")
    taken = dict(pair_times(peaks, truth.peak, tolerance=TOLERANCE))
    hits = [
        (_seconds(claims[c].start - truth.start[f]), _seconds(claims[c].peak - truth.peak[f])) for c, f in taken.items()
    ]
    false = [claim.ratio for k, claim in enumerate(claims) if k not in taken and not claim.clipped]
    caught = set(taken.values())
    found = [k in caught for k in range(truth.peak.size)]
    return Verdict(hits=hits, ratios=truth.ratio.tolist(), found=found, false=false, days=days)


def metrics(verdict: Verdict) -> dict[str, float | int | None]:
    """Return the figures of a verdict; None where there is nothing to measure.

    ``precision`` and ``f1`` count every claim that no list has as false. ``precision_listed`` and ``f1_listed``
    leave out those fainter than the lists' own limit of twice the background.
    """
    hits, truth = len(verdict.hits), len(verdict.found)
    strong = [found for found, ratio in zip(verdict.found, verdict.ratios, strict=True) if ratio > STRONG]
    bright = sum(ratio >= LISTED for ratio in verdict.false)
    onset, peak = (np.array([hit[k] for hit in verdict.hits], np.float64) for k in (0, 1))
    onset = onset[np.isfinite(onset)]
    return {
        "listed": truth,
        "found": hits + len(verdict.false),
        "recall": hits / truth if truth else None,
        "recall_above_5x": float(np.mean(strong)) if strong else None,
        "precision": _share(hits, len(verdict.false)),
        "f1": _f1(hits, len(verdict.false), truth),
        "precision_listed": _share(hits, bright),
        "f1_listed": _f1(hits, bright, truth),
        "false_alarms_per_day": len(verdict.false) / verdict.days if verdict.days else None,
        "onset_error_median_s": float(np.median(onset)) if onset.size else None,
        "onset_error_mean_absolute_s": float(np.abs(onset).mean()) if onset.size else None,
        "peak_error_mean_absolute_s": float(np.abs(peak).mean()) if peak.size else None,
    }


def _share(hits: int, false: int) -> float | None:
    return hits / (hits + false) if hits + false else None


def _f1(hits: int, false: int, truth: int) -> float | None:
    return 2 * hits / (hits + false + truth) if truth else None


def _seconds(distance: np.timedelta64) -> float:
    return float("nan") if np.isnat(distance) else float(distance / np.timedelta64(1, "s"))
