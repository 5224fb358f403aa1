"""Means of blocks of an image interpolated by cubic splines, without ever making the interpolated image.

The mean of the samples that fall into one pixel of the result is a sum over pixels of the image, with weights that
depend only on where the block begins between two pixels. With north nearly up the weights of rows and of columns come
apart (two passes: Catmull & Smith 1980, SIGGRAPH Comput. Graph. 14, 279), and what takes 16 products a sample takes 16
a block. The spline is the interpolating one of order 3, as scipy's is (Unser 1999, IEEE Signal Process. Mag. 16, 22).
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.ingest.sources.images.decode import Pixels

__all__ = ["MOST_SLOPE", "block_means", "can_resample"]

MOST_SLOPE = 0.02
"""Tangent of the largest turn for which rows and columns come apart: a block leans by less than a sixth of a pixel."""

_PHASES = 256
_TAIL = 12
_POLE = math.sqrt(3) - 2
_SPARE = 7
"""Pixels beside a block that its weights reach; they fall by a factor of 3.7 a pixel."""

_NO_BLANK = -(2**63)


@cache
def can_resample() -> bool:
    """Whether numba is there, which compiles the loops."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def block_means(
    pixels: Pixels, *, center: tuple[float, float], step: float, rotation: float, side: int, fine: int
) -> NDArray[np.float32]:
    """Return means of blocks of samples.

    Parameters
    ----------
    pixels
        The image.
    blank
        The whole number that means none.
    center
        Pixel (x, y), counted from 0, that comes to the middle.
    step
        Pixels from sample to sample.
    rotation
        Angle [rad] from the image's up to the result's; its tangent at most `MOST_SLOPE`.
    side, fine
        Blocks a side of the result, samples a side of a block.

    Returns
    -------
    array
        Shape (side, side), numbers as stored, means of what is known; NaN where less than half of a block is.

    Raises
    ------
    InvalidInputError
        If a tile of the image is broken.
    """
    over = abs(rotation) > math.pi / 2
    turn = rotation - math.copysign(math.pi, rotation) if over else rotation
    tangent, sine = math.tan(turn), step * math.sin(turn)
    middle = (side * fine - 1) / 2
    weights, left = _weights(step, fine)
    taps = weights.shape[1]
    total = np.empty((pixels.shape[0], side), np.float32)
    share = np.empty_like(total)
    along = step / math.cos(turn)
    blank = np.int64(_NO_BLANK if pixels.blank is None else pixels.blank)
    for first, stripe in pixels.stripes():
        begin = center[0] - middle * along + tangent * (first - center[1]) - left
        past = first + len(stripe)
        _rows(taps)(
            _native(stripe), blank, weights, (begin, fine * along, tangent), total[first:past], share[first:past]
        )
    means = np.empty((side, side), np.float32)
    across = step * math.cos(turn)
    begin = center[1] - middle * across + sine * (middle - (fine - 1) / 2) - left
    _columns(taps)(total, share, weights, (begin, fine * across, -fine * sine), means)
    # Upside down, as HMI's camera is, it is the small result that is turned over.
    return np.ascontiguousarray(means[::-1, ::-1]) if over else means


def _native(values: NDArray[Any]) -> NDArray[Any]:
    kind = values.dtype.newbyteorder("=")
    if kind.kind == "f" or kind.itemsize > 4:
        kind = np.dtype(np.float32)
    return np.ascontiguousarray(values, kind)


def _weights(step: float, fine: int) -> tuple[NDArray[np.float32], int]:
    """Return weights by where a block begins, shape (phases, taps), and how many taps lie before it."""
    width = step * (fine - 1)
    taps = 8 * math.ceil((width + _SPARE) / 8)
    left = round((taps - 2 - width) / 2)
    begins = np.arange(_PHASES + 1)[:, np.newaxis] / _PHASES
    pixels = np.arange(-_TAIL, taps + _TAIL) - left
    apart = np.abs((begins - pixels)[:, :, np.newaxis] + step * np.arange(fine))
    inner = 2 / 3 - apart**2 + apart**3 / 2
    spline = np.where(apart < 1, inner, np.clip(2 - apart, 0, None) ** 3 / 6).mean(axis=2)
    # What turns pixels into coefficients of the spline falls off on both sides of each.
    sharpen = -6 * _POLE / (1 - _POLE**2) * _POLE ** np.abs(np.arange(-_TAIL, _TAIL + 1))
    weights = np.stack([spline[:, tap : tap + 2 * _TAIL + 1] @ sharpen for tap in range(taps)], axis=1)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32), left


@cache
def _rows(taps: int) -> Any:  # noqa: C901
    """Return the loop along rows, compiled for so many weights a block."""
    zero, one, pad = np.float32(0), np.float32(1), 2 * taps

    def rows(values, blank, weights, line, total, share):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0917
        height, width = values.shape
        pixels, known = np.zeros(width + 2 * pad, np.float32), np.zeros(width + 2 * pad, np.float32)
        counted, everywhere = np.zeros(len(known) + 1, np.int32), np.zeros(len(known) + 1, np.int32)
        everywhere[pad + 1 :] = np.minimum(np.arange(1, width + pad + 1), width)
        for y in range(height):
            count = 0
            for x in range(width):
                value = np.float32(values[y, x])
                good = values[y, x] != blank and value == value  # noqa: PLR0124  # no NaN
                pixels[pad + x] = value if good else zero
                known[pad + x] = one if good else zero
                count += good
            if count < width:
                for x in range(len(known)):
                    counted[x + 1] = counted[x] + np.int32(known[x])
            before = counted if count < width else everywhere
            start = line[0] + y * line[2]
            for block in range(total.shape[1]):
                begin = start + block * line[1]
                whole = math.floor(begin)
                phase = int((begin - whole) * _PHASES + 0.5)
                at = min(max(whole + pad, 0), len(known) - taps)
                there = before[at + taps] - before[at]
                value = zero
                if there > 0:
                    for tap in range(taps):
                        value += pixels[at + tap] * weights[phase, tap]
                total[y, block], share[y, block] = value, np.float32(there) / taps
            # In a loop of its own, this does not slow down what is done for nearly all blocks.
            for block in range(total.shape[1]):
                if zero < share[y, block] < one:
                    begin = start + block * line[1]
                    whole = math.floor(begin)
                    phase = int((begin - whole) * _PHASES + 0.5)
                    at = min(max(whole + pad, 0), len(known) - taps)
                    part = zero
                    for tap in range(taps):
                        part += known[at + tap] * weights[phase, tap]
                    share[y, block] = part

    return _compiled(rows)


@cache
def _columns(taps: int) -> Any:
    """Return the loop along columns."""
    zero, half = np.float32(0), np.float32(0.5)

    def columns(total, share, weights, line, means):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        for row in range(means.shape[0]):
            for column in range(means.shape[1]):
                begin = line[0] + row * line[1] + column * line[2]
                whole = math.floor(begin)
                phase = int((begin - whole) * _PHASES + 0.5)
                value, part = zero, zero
                if whole >= 0 and whole + taps <= total.shape[0]:
                    for tap in range(taps):
                        value += total[whole + tap, column] * weights[phase, tap]
                        part += share[whole + tap, column] * weights[phase, tap]
                else:
                    for tap in range(max(0, -whole), min(taps, total.shape[0] - whole)):
                        value += total[whole + tap, column] * weights[phase, tap]
                        part += share[whole + tap, column] * weights[phase, tap]
                means[row, column] = value / part if part > half else np.nan

    return _compiled(columns)


def _compiled(loop: Any) -> Any:
    import numba

    # Sums may be taken in any order, so that eight go at once; NaN stays NaN.
    options = {"nogil": True, "fastmath": {"reassoc", "contract", "nsz"}}
    try:
        return numba.njit(cache=True, **options)(loop)
    except RuntimeError:  # an installation that cannot be written to
        return numba.njit(**options)(loop)
