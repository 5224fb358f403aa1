"""From scores to flares: where each begins, peaks and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk.coverage import runs_of
from helioscribe_stix_lstm._background import smooth

__all__ = ["Flare", "Rules", "find_flares"]

BRIDGE = 75
"""Longest gap that a flare may span [cells], five minutes."""

STEADY = 25
"""Cells over which a flare's level is averaged to tell whether it lasts, 100 s."""

MEDIAN = 5
"""Cells of the running median in which peaks are sought, 20 s."""

FOOT = 0.1
"""Share of the height of a peak, in decades, at which a flare begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes a flare."""

    minimum_cells: int
    """Cells that must exceed the threshold."""

    release: float
    """Share of the threshold down to which a flare lasts."""

    split: float
    """Depth of the valley that parts two flares [decades of counts in the softest band]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flare:
    """One flare, in cells."""

    start: int
    """First cell."""

    peak: int
    """Cell with the most counts in the softest band."""

    end: int
    """Last cell."""

    clipped: bool
    """Whether data lack at its start or end."""


def find_flares(
    score: NDArray[np.float64],
    level: NDArray[np.float64],
    counts: NDArray[np.float64],
    valid: NDArray[np.bool_],
    rules: Rules,
) -> list[Flare]:
    """Return the flares of a series, in order of time, not overlapping.

    Parameters
    ----------
    score
        Combined score of which 1 is the threshold, shape (t,).
    level
        The same without regard to what kind of excess it is, in the same unit: it says how long a flare lasts.
    counts
        Of the softest band, shape (t,).
    valid
        Cells with a measurement, shape (t,).
    rules
        Limits.
    """
    known = _bridged(valid)
    # In its long faint tail a flare sinks into the noise now and then, and must not end there.
    steady = np.maximum(level, smooth(level, valid, STEADY))
    lasting = known & (_interpolated(steady, valid) > rules.release)
    log_counts = np.log10(np.maximum(_median(_interpolated(counts, valid)), 1.0))
    found = []
    for first, last in runs_of(lasting):
        if _longest(score[first:last] >= 1.0, valid[first:last]) >= rules.minimum_cells:
            found += _split(log_counts, score, first, last, rules)
    flares = [_trimmed(log_counts, known, *part) for part in found]
    # The highest counts must be what the score speaks of, not a ripple on a long faint excess.
    return [flare for flare in flares if score[flare.start : flare.end + 1].max() >= 1.0]


def _bridged(valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Also true in gaps that are short enough to look across."""
    known = valid.copy()
    for first, last in runs_of(~valid):
        known[first:last] = last - first <= BRIDGE and first > 0 and last < valid.size
    return known


def _interpolated(series: NDArray[np.float64], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    at = np.flatnonzero(valid)
    return np.interp(np.arange(series.size), at, series[at]) if at.size else np.zeros(series.size)


def _median(series: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(series, MEDIAN // 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN), axis=1))


def _longest(above: NDArray[np.bool_], valid: NDArray[np.bool_]) -> int:
    return max((int(valid[a:b].sum()) for a, b in runs_of(above | ~valid) if above[a:b].any()), default=0)


def _split(
    log_counts: NDArray[np.float64], score: NDArray[np.float64], first: int, last: int, rules: Rules
) -> list[tuple[int, int, int]]:
    """Cut a run at its deep valleys; keep the parts that exceed the threshold themselves."""
    peaks, valleys = _turns(log_counts[first:last], rules.split)
    edges = [first, *(first + valley for valley in valleys), last]
    parts = zip(edges[:-1], (first + peak for peak in peaks), edges[1:], strict=True)
    return [(a, _middle(log_counts, peak, b), b) for a, peak, b in parts if (score[a:b] >= 1.0).any()]


def _middle(series: NDArray[np.float64], peak: int, last: int) -> int:
    """Return the middle of the flat top that quantised counts have, from its first cell."""
    lower = np.flatnonzero(series[peak:last] < series[peak])
    return peak + (int(lower[0]) - 1 if lower.size else last - 1 - peak) // 2


def _turns(series: NDArray[np.float64], depth: float) -> tuple[list[int], list[int]]:
    """Return peaks, at least one, and the valleys between them, all separated by swings of at least `depth`."""
    peaks: list[int] = []
    valleys: list[int] = []
    top = bottom = 0
    rising = True
    for at, value in enumerate(series):
        if rising:
            top = at if value > series[top] else top
            if value <= series[top] - depth:
                peaks.append(top)
                rising, bottom = False, at
        else:
            bottom = at if value < series[bottom] else bottom
            if value >= series[bottom] + depth:
                valleys.append(bottom)
                rising, top = True, at
    if rising:
        peaks.append(top)
    return peaks, valleys


def _trimmed(log_counts: NDArray[np.float64], known: NDArray[np.bool_], first: int, peak: int, last: int) -> Flare:
    """Begin and end a flare where it stands out by a tenth of its height in decades."""
    before, after = log_counts[first : peak + 1], log_counts[peak:last]
    rise = before < before.min() + FOOT * (before[-1] - before.min())
    fade = after < after.min() + FOOT * (after[0] - after.min())
    start = first + int(np.flatnonzero(rise)[-1]) if rise.any() else first
    end = peak + int(np.argmax(fade)) if fade.any() else last - 1
    edge = first == 0 or last == known.size or not known[first - 1] or not known[min(last, known.size - 1)]
    return Flare(start=start, peak=peak, end=end, clipped=bool(edge))
