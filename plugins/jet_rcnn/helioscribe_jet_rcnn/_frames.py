"""Frames as the encoder sees them: one size, brightness matched, beside what changed lately and against the usual.

No frame's input depends on the window that it is scored in, so that each frame is encoded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PLANES",
    "SIDE",
    "STRETCH",
    "Fitted",
    "features",
    "filled",
    "fit_of",
    "new_pictures",
    "resized",
    "standardised",
    "stretched",
]

SIDE = 166
"""Pixels a side of the encoder's input."""

_LAGS = (1, 3)
"""Frames back to those that a frame is compared with: what streams moves little in one and far in the other."""

PLANES = 2 + len(_LAGS)
"""Of a frame, as the encoder sees it."""

STRETCH = 0.01
"""Of the inverse hyperbolic sine that AIA's pictures are usually shown with."""

_BOTTOM, _TOP = 0.001, 0.9995
"""Quantiles between which physical values are shown."""

_LEAST_TOP = 64.0
"""Display value that the upper quantile has at least: what leaves three quarters of its range unused is stretched."""

_REACH, _BLOCK = 10, 5
"""Frames on each side that the running median sees, and how many neighbours share one median."""

_LEAST_SPREAD = 10.0
"""Of display values: where a field is flatter than this, its noise is not made large."""

_LEAST_SHOWN, _LOOK = 0.5, 4
"""Share of the fullest frame without which a frame is none; every so many pixels are enough to know one by."""

Frames = NDArray[np.float32]


class Fitted:
    """How a field lies in the square input: shrunk or enlarged alike in both directions, in the middle.

    Parameters
    ----------
    rows, columns
        Of the field.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.scale = SIDE / max(rows, columns)
        self.rows, self.columns = max(1, round(rows * self.scale)), max(1, round(columns * self.scale))
        self.below, self.left = (SIDE - self.rows) // 2, (SIDE - self.columns) // 2

    def field(self, x: float, y: float) -> tuple[float, float]:
        """Return the edge coordinates (x, y) in the field, from 0, of edge coordinates in the input."""
        return (x - self.left) / self.scale, (y - self.below) / self.scale


def fit_of(pixels: NDArray[Any]) -> Fitted:
    """Return how the frames of a sequence, shape (t, y, x), lie in the input."""
    return Fitted(pixels.shape[1], pixels.shape[2])


def new_pictures(pixels: Frames) -> NDArray[np.bool_]:
    """Return which frames, of shape (t, y, x), show something new: not blank, half there, not as the one before."""
    looked = pixels[:, ::_LOOK, ::_LOOK].reshape(len(pixels), -1)
    there = np.isfinite(looked).sum(1)
    fresh = there >= _LEAST_SHOWN * there.max()
    fresh &= np.fmin.reduce(looked, 1) < np.fmax.reduce(looked, 1)
    fresh[1:] &= ((looked[1:] != looked[:-1]) & np.isfinite(looked[1:])).any(1)
    return np.asarray(fresh, np.bool_)


def filled(pixels: Frames) -> Frames:
    """Return frames whose missing pixels are as in the frame before, or else after; what none shows stays NaN."""
    if np.isfinite(pixels).all():
        return pixels
    pixels = pixels.copy()
    for order in (pixels, pixels[::-1]):
        for before, frame in pairwise(order):
            np.copyto(frame, before, where=np.isnan(frame))
    return pixels


def stretched(pixels: Frames, unit: str) -> Frames:
    """Return display values, about 0 to 255: as they are unless dim, or made of physical ones as pictures of AIA are.

    Parameters
    ----------
    pixels
        Shape (t, y, x).
    unit
        ``display``, or anything else for values that are proportional to the light.
    """
    if unit == "display":
        top = float(np.nanquantile(pixels[:, ::_LOOK, ::_LOOK], _TOP))
        return pixels * np.float32(_LEAST_TOP / max(top, 1.0)) if top < _LEAST_TOP else pixels
    known = pixels[np.isfinite(pixels)]
    low, high = (float(edge) for edge in np.quantile(known, (_BOTTOM, _TOP))) if known.size else (0.0, 1.0)
    share = np.clip((pixels - low) / max(high - low, 1e-12), 0, None)
    return np.asarray(255 * np.arcsinh(share / STRETCH) / np.arcsinh(1 / STRETCH), np.float32)


def resized(pixels: Frames) -> Frames:
    """Return frames of shape (t, `SIDE`, `SIDE`), NaN beside the field; missing pixels become the frame's median."""
    fit = fit_of(pixels)
    known = np.isfinite(pixels)
    if not known.all():
        pairs = zip(pixels, known, strict=True)
        middles = np.array([np.median(frame[there]) if there.any() else 0 for frame, there in pairs], np.float32)
        pixels = np.where(known, pixels, middles[:, None, None])
    rows, columns = _averaging(pixels.shape[1], fit.rows), _averaging(pixels.shape[2], fit.columns)
    frames = np.full((len(pixels), SIDE, SIDE), np.nan, np.float32)
    inner = frames[:, fit.below : fit.below + fit.rows, fit.left : fit.left + fit.columns]
    inner[...] = np.matmul(np.matmul(rows, pixels), columns.T)
    return frames


def _averaging(before: int, after: int) -> Frames:
    """Matrix (after, before) that interpolates linearly, and averages where it shrinks."""
    ratio = before / after
    centres = (np.arange(after) + 0.5) * ratio - 0.5
    weights = np.clip(1 - np.abs(np.arange(before) - centres[:, None]) / max(ratio, 1.0), 0, None)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def features(frames: Frames) -> Frames:
    """Return what the encoder looks at, before `standardised`.

    Parameters
    ----------
    frames
        Of `resized`, shape (t, y, x).

    Returns
    -------
    array
        Shape (t, `PLANES`, y, x): each frame in units of its own spread about its own median, which takes changing
        exposures and scalings out; its difference from the running median of such frames; and those from the frames
        one and three before it, or from the first one. 0 beside the field.
    """
    inside = np.isfinite(frames[0])
    known = frames[:, inside]
    low, middle, high = np.quantile(known[:, ::4], (0.16, 0.5, 0.84), axis=1)
    spread = np.maximum((high - low) / 2, _LEAST_SPREAD)
    known = ((known - middle[:, None]) / spread[:, None]).astype(np.float32)
    found = np.zeros((len(frames), PLANES, *frames.shape[1:]), np.float32)
    found[:, 0, inside] = known
    for plane, lag in enumerate(_LAGS, start=2):
        found[:, plane, inside] = known - known[np.maximum(np.arange(len(known)) - lag, 0)]
    for first in range(0, len(frames), _BLOCK):
        block = slice(first, min(first + _BLOCK, len(frames)))
        around = known[max(0, first - _REACH) : block.stop + _REACH]
        half = len(around) // 2
        found[block, 1, inside] = known[block] - np.partition(around, half, axis=0)[half]
    return found


def standardised(found: Frames, scaler: Mapping[str, NDArray[Any]]) -> Frames:
    """Clip and standardise features with the statistics that travel with the model, each of shape (`PLANES`,)."""
    mean, std, clip = (scaler[name].astype(np.float32)[:, None, None] for name in ("mean", "std", "clip"))
    return np.asarray(np.clip((found - mean) / std, -clip, clip), np.float32)
