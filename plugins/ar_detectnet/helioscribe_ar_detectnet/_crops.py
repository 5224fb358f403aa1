"""What the classifier sees of a region: its box and a margin, in one number of pixels from the finest there are.

Small regions are shown larger than large ones; a plane that says how large a pixel is goes with every crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import MIDDLE, RADIUS, SIDE
from helioscribe_ar_detectnet._inputs import CROP, squeezed

__all__ = ["PLANES", "Window", "cut", "planes", "window_of"]

PLANES = 3
"""Field, slant and size of a pixel."""

_ROOM = 1.25
_NARROWEST, _WIDEST = 24.0, 88.0
_USUAL = 48.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A square on the disk."""

    x: float
    """Its middle [pixels of 512]."""

    y: float
    """Its middle [pixels of 512], row 0 at the south."""

    size: float
    """Its side [pixels of 512]."""

    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return columns and rows [pixels of 512] of a crop's pixels, shape (CROP,) each."""
        steps = np.asarray((np.arange(CROP) - (CROP - 1) / 2) * (self.size / CROP), np.float64)
        return np.asarray(self.x + steps), np.asarray(self.y + steps)


def window_of(box: NDArray[np.floating]) -> Window:
    """Return the window of a box (x1, y1, x2, y2) [pixels of 512]."""
    x1, y1, x2, y2 = (float(edge) for edge in box)
    size = float(np.clip(_ROOM * max(x2 - x1, y2 - y1), _NARROWEST, _WIDEST))
    return Window(x=(x1 + x2) / 2, y=(y1 + y2) / 2, size=size)


def cut(
    field: NDArray[np.float32], box: NDArray[np.floating], window: Window, *, side: int, first: tuple[int, int] = (0, 0)
) -> NDArray[np.float32]:
    """Return the field in a window, shape (CROP, CROP); 0 well outside of the box, where the neighbours are.

    Parameters
    ----------
    field
        Along the line of sight [G]; the disk's image or a part of it.
    box
        x1, y1, x2, y2 [pixels of 512].
    window
        What to cut.
    side
        Pixels a side of the disk's whole image.
    first
        Column and row of `field` in it.
    """
    columns, rows = window.places()
    fine = side / SIDE
    across, up = ((axis + 0.5) * fine - 0.5 - start for axis, start in zip((columns, rows), first, strict=True))
    x1, y1, x2, y2 = (float(edge) for edge in box)
    room_x, room_y = 0.12 * (x2 - x1) + 1.5, 0.12 * (y2 - y1) + 1.5
    inside = ((rows > y1 - room_y) & (rows < y2 + room_y))[:, None] & (columns > x1 - room_x) & (columns < x2 + room_x)
    weights = _weights(up, field.shape[0]), _weights(across, field.shape[1])
    return np.where(inside, weights[0] @ field @ weights[1].T, 0).astype(np.float32)


def _weights(at: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """Return the weights of linear interpolation along an axis, shape (CROP, count); none beyond its ends."""
    low = np.floor(at).astype(int)
    weights = np.zeros((len(at), count), np.float32)
    for index, share in ((low, 1 - (at - low)), (low + 1, at - low)):
        there = (index >= 0) & (index < count)
        weights[np.flatnonzero(there), index[there]] += share[there].astype(np.float32)
    return weights


def planes(field: NDArray[np.floating], window: Window) -> NDArray[np.float32]:
    """Return what the classifier's network sees of a crop [G], shape (3, CROP, CROP)."""
    columns, rows = ((axis - MIDDLE) / RADIUS for axis in window.places())
    slant = np.sqrt(np.clip(1 - columns[None] ** 2 - rows[:, None] ** 2, 0, None))
    size = np.full(slant.shape, np.log2(window.size / _USUAL))
    return np.stack([squeezed(field), slant, size]).astype(np.float32)
