"""Where the flare is in a map: the brightest place, and what is half as bright around it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.product import SolarImage
from helioscribe_stix_ssl._preprocess import is_back_projection

__all__ = ["bright_box", "peak_position", "place"]

_HALF = 0.5
_NEAR = 12  # pixels


def place(header: Any, column: float, row: float) -> Position:
    """Return the helioprojective position of a pixel (0 is the centre of the first), for the small fields of STIX."""
    dx = (column + 1 - float(header["CRPIX1"])) * float(header["CDELT1"])
    dy = (row + 1 - float(header["CRPIX2"])) * float(header["CDELT2"])
    angle = np.radians(float(header.get("CROTA2", 0.0)))
    turn = (np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle))
    xx, xy, yx, yy = (
        float(header.get(key, value))
        for key, value in zip(("PC1_1", "PC1_2", "PC2_1", "PC2_2"), turn, strict=True)
    )
    return Position(
        tx=float(header.get("CRVAL1", 0.0)) + xx * dx + xy * dy, ty=float(header.get("CRVAL2", 0.0)) + yx * dx + yy * dy
    )


def _bright(image: SolarImage) -> NDArray[np.float32]:
    return np.where(np.isfinite(image.pixels) & ~image.mask, image.pixels, -np.inf)


def peak_position(image: SolarImage) -> Position:
    """Return the position of the brightest pixel."""
    row, column = np.unravel_index(int(_bright(image).argmax()), image.pixels.shape)
    return place(image.header, float(column), float(row))


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
    corners = [place(image.header, float(x), float(y)) for x in ends[0] for y in ends[1]]
    return Box(
        lower_left=Position(tx=min(c.tx for c in corners), ty=min(c.ty for c in corners)),
        upper_right=Position(tx=max(c.tx for c in corners), ty=max(c.ty for c in corners)),
    )
