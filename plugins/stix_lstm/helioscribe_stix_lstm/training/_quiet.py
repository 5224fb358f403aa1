"""Real quiet backgrounds: the quiet day, or what a dataset of the catalogue holds outside of its flares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import parse_utc, to_datetime64
from helioscribe.sdk.labels import Label, read_labels
from helioscribe.sdk.parts import Part, Parts
from helioscribe_stix_lstm._grid import CADENCE, Grid, to_grid
from helioscribe_stix_lstm.training._scenes import LENGTH

__all__ = ["TRAIN_HOURS", "VALIDATION_HOURS", "Blocks", "quiet_day", "quiet_parts"]

TRAIN_HOURS = (0.0, 12.0)
"""Hours of the quiet day for training."""

VALIDATION_HOURS = (17.85, 24.0)
"""Hours for validation; those between are left for the evaluation."""

Blocks = list[NDArray[np.float64]]
"""Quiet counts a cell, each of shape (t, 5) with t at least `LENGTH`."""

_AROUND = np.timedelta64(600, "s")
"""Before and after a flare that is not quiet either."""


def quiet_day(product: Product) -> tuple[Blocks, Blocks]:
    """Return the counts of both parts. Raises `InvalidInputError` if one has less than six hours."""
    grid = _grid(product)
    hour = np.arange(grid.valid.size) * CADENCE / 3600.0
    parts = [grid.counts[grid.valid & (hour >= low) & (hour < high)] for low, high in (TRAIN_HOURS, VALIDATION_HOURS)]
    if min(map(len, parts)) < LENGTH:
        raise InvalidInputError("the quiet day has less than six hours of samples in a part")
    return [parts[0]], [parts[1]]


def quiet_parts(parts: Parts, read: Callable[[Path], Product]) -> tuple[Blocks, Blocks]:
    """Return what the light curves of each part hold outside of flares; what people rejected is no flare.

    Raises
    ------
    InvalidInputError
        If a part has no light curve with six hours of it.
    """
    flares = [label for label in read_labels(parts.folder) if label.kind == "event" and label.decision != "reject"]
    train, validation = (
        [block for path in parts.files(part) if len(block := _outside(parts, path, flares, read)) >= LENGTH]
        for part in (Part.TRAIN, Part.VALIDATION)
    )
    if not train or not validation:
        raise InvalidInputError("dataset: expected light curves with six quiet hours in both parts")
    return train, validation


def _outside(parts: Parts, path: Path, flares: Sequence[Label], read: Callable[[Path], Product]) -> NDArray[np.float64]:
    placed = parts.at(path)
    product = read(path)
    if not isinstance(product, LightCurve):
        return np.empty((0, 5))
    grid = _grid(product)
    quiet = grid.valid.copy()
    for one in flares:
        if placed and one.observation == placed.observation:
            begin, end = (to_datetime64(parse_utc(text)) for text in (one.start, one.end))
            quiet &= (grid.times < begin - _AROUND) | (grid.times > end + _AROUND)
    return grid.counts[quiet]


def _grid(product: Product) -> Grid:
    if not isinstance(product, LightCurve):
        raise InvalidInputError(f"expected a light curve of a quiet day, got {product.kind}")
    return to_grid(product)
