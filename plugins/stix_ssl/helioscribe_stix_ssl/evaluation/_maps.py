"""Real maps with what is known of them, and simulated ones as maps."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from helioscribe_stix_ssl.training._dataset import real_maps

__all__ = ["RealMap", "as_map", "read_maps"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealMap:
    """A map and whether it shows a flare."""

    image: SolarImage
    """The map."""

    flare: bool | None
    """Whether a list has a flare then; None where no list says."""


def read_maps(data: Path, read: Callable[[Path], Product]) -> list[RealMap]:
    """Return all maps of a folder, in order of their files."""
    known = _flares(data)
    return [RealMap(image=one.image, flare=known.get(one.uid)) for one in real_maps(data, read)]


def _flares(data: Path) -> dict[str, bool]:
    """Whether there was a flare, by request id, from the indices that come with the data."""
    found: dict[str, bool] = {}
    for path in sorted(data.rglob("*_index.csv")):
        with path.open(newline="", encoding="utf-8", errors="replace") as stream:
            for row in csv.DictReader(stream):
                uid = row.get("request_id") or str(row.get("file", "")).rpartition("_")[2].partition("-")[0]
                if "flare_id" in row and uid.isdigit():
                    found[uid] = found.get(uid, False) or bool(row["flare_id"])
    return found


def as_map(levels: NDArray[np.uint8]) -> SolarImage:
    """Return scaled levels as a map whose preprocessing gives the same levels again."""
    template = synthetic_x_ray_map(size=len(levels))
    bright: NDArray[Any] = np.expm1(levels.astype(np.float64) / 255 * np.log(2))
    return replace(template, pixels=bright.astype(np.float32))
