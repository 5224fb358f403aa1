"""Images prepared for detectors: north up, the Sun in the middle and of one size, fewer pixels.

What the preparation of level 1.5 does in several steps is one here: every pixel of a fine grid takes its value from the
image by a cubic spline, and blocks of that grid become the pixels of the result. The size of the Sun in pixels
is the same all year, as in the SDO ML dataset (Galvez et al. 2019, ApJS 242, 7): a radius of
976 arcsec on 512 pixels of 4.8 arcsec.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.ingest.sources.images.decode import Pixels
from helioscribe.ingest.sources.images.header import Geometry
from helioscribe.ingest.sources.images.resample import MOST_SLOPE, block_means, can_resample

__all__ = ["Grid", "full_disk_grid", "is_full_disk", "prepare"]

_SCALE, _SIDE, _RADIUS = 4.8, 512, 976.0
_MOST_FINE = 16
_WHOLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Square pixels with the Sun's centre in their middle and solar north up."""

    side: int
    """Width and height [pixel]."""

    scale: float
    """Size of a pixel [arcsec]."""


def is_full_disk(geometry: Geometry, shape: tuple[int, ...]) -> bool:
    """Whether the whole disk is in the image, up to a twentieth of its radius."""
    reach = 0.95 * geometry.radius / geometry.scale
    x, y = geometry.center
    return min(x, y, shape[1] - 1 - x, shape[0] - 1 - y) >= reach


def full_disk_grid(geometry: Geometry, *, pixels: int) -> Grid:
    """Return the grid for a full-disk image: about as fine as the image, but not wider than `pixels`."""
    whole = _SCALE * _SIDE * geometry.radius / _RADIUS
    native = 2 ** max(5, round(math.log2(whole / geometry.scale)))
    side = min(pixels, native)
    return Grid(side=side, scale=whole / side)


def prepare(pixels: Pixels, geometry: Geometry, grid: Grid) -> NDArray[np.float32]:
    """Resample an image onto a grid.

    Parameters
    ----------
    pixels
        Pixels of the file.
    geometry
        Geometry of these pixels.
    grid
        Grid on which they are wanted.

    Returns
    -------
    array
        Shape (side, side), row 0 at the south, column 0 at the east; NaN where more than half of a pixel's sources are
        missing.
    """
    if _is_on(geometry, grid, pixels.shape):
        return pixels.physical()
    fine = min(_MOST_FINE, max(1, round(grid.scale / geometry.scale)))
    if abs(math.sin(geometry.rotation)) < MOST_SLOPE and can_resample():
        means = block_means(
            pixels,
            center=geometry.center,
            step=grid.scale / fine / geometry.scale,
            rotation=geometry.rotation,
            side=grid.side,
            fine=fine,
        )
        return pixels.scaled(means)
    return _at_any_angle(pixels.physical(), geometry, grid, fine)


def _at_any_angle(pixels: NDArray[np.float32], geometry: Geometry, grid: Grid, fine: int) -> NDArray[np.float32]:
    # A byte is enough to say how much of a pixel there is, and four times as quick to turn.
    known = np.isfinite(pixels).view(np.uint8) * np.uint8(_WHOLE)
    share = _blocks(_warped(known, geometry, grid, fine), fine)
    total = _blocks(_warped(_without_nan(pixels), geometry, grid, fine), fine)
    with np.errstate(invalid="ignore", divide="ignore"):
        prepared = np.where(share > _WHOLE // 2, total * np.float32(_WHOLE) / share, np.float32(np.nan))
    return prepared.astype(np.float32)


def _without_nan(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    filled = np.array(pixels, np.float32)
    cv2.patchNaNs(filled, 0.0)
    return filled


def _is_on(geometry: Geometry, grid: Grid, shape: tuple[int, ...]) -> bool:
    """Whether an image lies on the grid already, to a thousandth of a pixel, as those of the SDO ML dataset do."""
    middle = (grid.side - 1) / 2
    off = (geometry.center[0] - middle, geometry.center[1] - middle, (grid.scale / geometry.scale - 1) * middle)
    return shape == (grid.side, grid.side) and geometry.rotation == 0 and all(abs(error) < 1e-3 for error in off)


def _warped(pixels: NDArray[Any], geometry: Geometry, grid: Grid, fine: int) -> NDArray[Any]:
    import cv2

    step = grid.scale / fine / geometry.scale
    cos, sin = step * math.cos(geometry.rotation), step * math.sin(geometry.rotation)
    middle = (grid.side * fine - 1) / 2
    # From the result's pixel to the image's: solar west and north are turned by the rotation against its axes.
    matrix = np.array(
        [[cos, sin, geometry.center[0] - middle * (cos + sin)], [-sin, cos, geometry.center[1] - middle * (cos - sin)]]
    )
    # Of what OpenCV has, this comes nearest to the spline; shares must stay between none and all.
    kernel = cv2.INTER_LINEAR if pixels.dtype == np.uint8 else cv2.INTER_LANCZOS4
    return cv2.warpAffine(
        np.ascontiguousarray(pixels),
        matrix,
        (grid.side * fine, grid.side * fine),
        flags=kernel | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0.0,
    )


def _blocks(pixels: NDArray[Any], fine: int) -> NDArray[Any]:
    if fine == 1:
        return pixels
    import cv2

    side = pixels.shape[0] // fine
    return cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
