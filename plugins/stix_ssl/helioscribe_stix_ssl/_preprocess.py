"""From a map to what an encoder sees.

The steps are those of Drozdova et al. (EGU24-18534): crop 40 pixels on each side, clip at -1, log(1 + x), scale each
image to 0 to 255, resize to 224 pixels. Graphs that want three equal channels make them inside. A back projection
covers the whole disk: its crop is as many pixels around the source instead, and its negative side lobes, which are no
flux, count as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import SolarImage

__all__ = ["SIDE", "Window", "crop", "encoder_input", "is_back_projection", "resized", "scaled"]

SIDE = 224
"""Pixels a side that encoders see."""

_FLOOR = -1 + 1e-5  # the logarithm of 0 is none
_FEWEST = 8

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What part of a map is looked at."""

    margin: int = 40
    """Pixels cut from each side."""

    side: int = 177
    """Pixels a side of the window around the source of a back projection."""

    centre: str = "auto"
    """``image`` cuts margins, ``source`` takes a window around the peak, ``auto`` does so in back projections."""


def is_back_projection(image: SolarImage) -> bool:
    """Whether a map is a back projection, which has side lobes over the whole frame."""
    return "BPROJ" in str(image.header.get("ALG_USED", "")).upper()


def crop(image: SolarImage, window: Window) -> Image:
    """Return the part of a map that is looked at; what has no value counts as 0.

    Raises
    ------
    InvalidInputError
        If the map is too small, or the part holds no value.
    """
    around_source = window.centre == "source" or (window.centre == "auto" and is_back_projection(image))
    good = np.isfinite(image.pixels) & ~image.mask
    if not good.any():
        raise InvalidInputError("STIX map: no pixel has a value")
    if np.ptp(image.pixels[good]) == 0:  # around the peak it would lie in an empty frame
        raise InvalidInputError("STIX map: all pixels have one value only")
    pixels = np.where(good, image.pixels, np.float32(0))
    part = _around_peak(pixels, window.side) if around_source else _inner(pixels, window.margin)
    if is_back_projection(image):
        part = np.maximum(part, 0)
    if float(part.max()) <= float(part.min()):
        raise InvalidInputError("STIX map: the part that is looked at has one value only")
    return part


def _inner(pixels: Image, margin: int) -> Image:
    rows, columns = pixels.shape
    if min(rows, columns) < 2 * margin + _FEWEST:
        raise InvalidInputError(
            f"STIX map: {rows} x {columns} pixels are too few to cut {margin} from each side; set margin"
        )
    return pixels[margin : rows - margin, margin : columns - margin]


def _around_peak(pixels: Image, side: int) -> Image:
    before, after = side // 2, side - side // 2
    row, column = np.unravel_index(int(pixels.argmax()), pixels.shape)
    padded = np.pad(pixels, (before, after))
    return padded[row : row + before + after, column : column + before + after]


def scaled(part: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return a part with a logarithmic scale from its darkest to its brightest pixel, same shape."""
    bright = np.log1p(np.maximum(part, _FLOOR, dtype=np.float64))
    low, high = float(bright.min()), float(bright.max())
    return np.asarray((bright - low) / (high - low + 1e-15) * 255, np.uint8)


def resized(levels: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Return an image of `side` pixels a side by bilinear interpolation between the centres of pixels."""
    rows = _stretched(levels.astype(np.float64), side)
    return np.asarray(np.rint(_stretched(rows.T, side).T), np.uint8, order="C")


def _stretched(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Interpolate between rows. Two rows each and no product of matrices, whose threads cost more than the work."""
    length = len(values)
    at = np.clip((np.arange(side) + 0.5) * length / side - 0.5, 0, length - 1)
    first = np.minimum(at.astype(int), max(length - 2, 0))
    share = (at - first)[:, None]
    return values[first] * (1 - share) + values[np.minimum(first + 1, length - 1)] * share


def encoder_input(part: NDArray[np.floating]) -> Image:
    """Return what an encoder sees of a part of a map, 0 to 1, shape (1, 224, 224)."""
    return resized(scaled(part)).astype(np.float32)[None] / np.float32(255)
