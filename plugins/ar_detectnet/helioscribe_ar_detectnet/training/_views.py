"""Single regions as the classifier sees them: somewhere on the disk, in boxes as inexact as a detector's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from helioscribe_ar_detectnet._crops import Window, cut, window_of
from helioscribe_ar_detectnet._geometry import RADIUS, SIDE
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.simulation.disk import Frame, Placed, render
from helioscribe_ar_detectnet.simulation.scenes import draw_instrument, place_region
from helioscribe_ar_detectnet.simulation.statistics import SAMPLED, draw_kind

__all__ = ["VIEWS", "View", "make_views"]

VIEWS = 8
"""Views that go with a scene."""

_OF_ONE = 2
_FINE = 2 * SIDE
_FARTHEST = 72.0
"""Degrees from the central meridian: nearer to the limb, NOAA's classes are guesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A region as it is cut out."""

    field: NDArray[np.float32]
    """Along the line of sight [G], shape (CROP, CROP)."""

    window: Window
    """Where it lies."""

    kind: int
    """Index in `CLASSES`."""


def make_views(rng: np.random.Generator) -> Iterator[View]:
    """Yield `VIEWS` views; each region is seen twice, at different places."""
    seen = 0
    while seen < VIEWS:
        kind = draw_kind(rng, SAMPLED)
        latitude = float(rng.choice([-1, 1]) * np.clip(rng.normal(16, 7), 2, 38))
        one = place_region(rng, kind, 0.0, latitude, leading=int(rng.choice([-1, 1])))
        for _ in range(_OF_ONE):
            place = replace(one, longitude=float(rng.uniform(-_FARTHEST, _FARTHEST)))
            if seen < VIEWS and (view := _view(rng, place)) is not None:
                seen += 1
                yield view


def _view(rng: np.random.Generator, one: Placed) -> View | None:
    frame = _around(one)
    scene = render(rng, [one], draw_instrument(rng), frame)
    if not len(scene.boxes):
        return None
    box = scene.boxes[0].astype(np.float64)
    size = np.tile(box[2:] - box[:2], 2)
    box = box + np.clip(rng.normal(0, 0.11, 4), -0.3, 0.3) * size
    window = window_of(box)
    field = cut(scene.field, box, window, side=frame.side, first=(frame.x, frame.y))
    return View(field=field, window=window, kind=CLASSES.index(one.patch.kind))


def _around(one: Placed) -> Frame:
    """Return the frame of a fine image in which a region lies whole."""
    latitude, longitude = np.radians(one.latitude), np.radians(one.longitude)
    x, y = RADIUS * 2 * np.cos(latitude) * np.sin(longitude), RADIUS * 2 * np.sin(latitude)
    half = int(min(110, 0.6 * one.patch.field.shape[0] * one.patch.step / 0.14))
    first = [int(np.clip(_FINE / 2 + place - half, 0, _FINE - 2 * half)) for place in (x, y)]
    return Frame(side=_FINE, x=first[0], y=first[1], size=2 * half)
