"""Whether a sequence is complete and regular, and if not, what is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAP", "nominal_cadence", "sequence_notes"]

GAP = 1.75
"""Frames are missing where a step is longer than this many usual ones; times may be off by a second or two."""

_IRREGULAR = 0.1
_MISSING_SHARE = 0.01


def nominal_cadence(times: NDArray[np.datetime64]) -> float:
    """Return the median time between frames [s]; 0 for a single frame."""
    steps = np.diff(times) / np.timedelta64(1, "s")
    return float(np.median(steps)) if steps.size else 0.0


def sequence_notes(times: NDArray[np.datetime64], pixels: NDArray[np.float32]) -> tuple[str, ...]:
    """Return notes on gaps and irregularities of a sequence; none if it is complete and regular.

    Parameters
    ----------
    times
        Times of the frames, datetime64[ns], shape (t,), increasing.
    pixels
        Shape (t, y, x); NaN where there is none.
    """
    return (*_time_notes(times), *_pixel_notes(pixels))


def _time_notes(times: NDArray[np.datetime64]) -> list[str]:
    usual = nominal_cadence(times)
    if not usual:
        return ["a single frame"]
    steps = np.diff(times) / np.timedelta64(1, "s")
    gaps = steps[steps > GAP * usual]
    notes = []
    if gaps.size:
        lost = int(np.rint(gaps / usual - 1).sum())
        whole = f"{lost} of {lost + times.size} frames are missing at one in {usual:g} s"
        notes.append(f"{whole}; the longest gap is {gaps.max():g} s")
    kept = steps[steps <= GAP * usual]
    if (np.abs(kept - usual) > _IRREGULAR * usual).any():
        notes.append(f"the cadence varies from {kept.min():g} to {kept.max():g} s")
    return notes


def _pixel_notes(pixels: NDArray[np.float32]) -> list[str]:
    notes = []
    same = np.flatnonzero((pixels[1:] == pixels[:-1]).all(axis=(1, 2))) + 1
    if same.size:
        notes.append(f"{same.size} frames repeat the one before, such as frame {same[0]}")
    missing = np.isnan(pixels).mean(axis=(1, 2))
    if (missing > _MISSING_SHARE).any():
        worst = int(missing.argmax())
        notes.append(f"{missing[worst]:.0%} of the pixels of frame {worst} have no value")
    return notes
