"""Where the flare is in a map: the brightest place, and what is half as bright around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.product import SolarImage
from helioscribe_stix_ssl._preprocess import is_back_projection

__all__ = ["bright_box", "peak_position"]

_HALF = 0.5
_NEAR = 12  # pixels


def _place(header: Mapping[str, Any], column: float, row: float) -> Position:
    """Return the helioprojective position of a pixel (0 is the centre of the first), for the small fields of STIX."""
    west, north = pixel_grid(header) @ (column, row, 1.0)
    return Position(tx=float(west), ty=float(north))


def _bright(image: SolarImage) -> NDArray[np.float32]:
    return np.where(np.isfinite(image.pixels) & ~image.mask, image.pixels, -np.inf)


def peak_position(image: SolarImage) -> Position:
    """Return the position of the brightest pixel."""
    row, column = np.unravel_index(int(_bright(image).argmax()), image.pixels.shape)
    return _place(image.header, float(column), float(row))


def bright_box(image: SolarImage) -> Box:
    """Return the box around all that is at least half as bright as the brightest pixel.

    In a back projection only what lies near that pixel counts: side lobes are everywhere.
    """
    bright = _bright(image)
    rows, columns = np.nonzero(bright >= _HALF * bright.max())
    if is_back_projection(image):
        row, column = np.unravel_index(int(bright.argmax()), bright.shape)
        near = np.maximum(abs(rows - row), abs(columns - column)) <= _NEAR
        rows, columns = rows[near], columns[near]
    ends = ((columns.min() - 0.5, columns.max() + 0.5), (rows.min() - 0.5, rows.max() + 0.5))
    corners = [_place(image.header, float(x), float(y)) for x in ends[0] for y in ends[1]]
    return Box(
        lower_left=Position(tx=min(c.tx for c in corners), ty=min(c.ty for c in corners)),
        upper_right=Position(tx=max(c.tx for c in corners), ty=max(c.ty for c in corners)),
    )
