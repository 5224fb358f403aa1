"""Real full disks, with the places of NOAA's spotted regions turned to the time of the image."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.matching import pair_nearest
from helioscribe_ar_detectnet._disk import Disk, read_disk
from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet.classes import mount_wilson
from helioscribe_ar_detectnet.labels.disks import ObservedDisk, observed_disks

__all__ = ["LabelledDisk", "Verdict", "judge", "labelled_disks"]

_ROOM = 45.0
"""Arcseconds by which NOAA's position, given in whole degrees, may lie outside of a box."""

_SPOT = 650.0
"""Field [G] of a spot on the detector's grid: a box without it is plage, which is neither right nor wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDisk:
    """An image and its regions."""

    name: str
    """Of the file."""

    image: SolarImage
    """Prepared."""

    disk: Disk
    """On the detector's grid."""

    places: NDArray[np.float64]
    """NOAA's positions (west, north) [arcsec], shape (region, 2); none on a spotless day."""

    numbers: tuple[str, ...]
    """NOAA's number of each region."""

    kinds: tuple[str, ...]
    """Mount Wilson class of each region; empty if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a set of boxes is worth on one disk."""

    own: NDArray[np.intp]
    """Which box is each region's own, -1 if none is, shape (region,)."""

    inside: NDArray[np.bool_]
    """Whether each region is in a box at all, also one that answers for another region, shape (region,)."""

    right: NDArray[np.bool_]
    """Whether each box that counts has a region, shape (box,); boxes on plage do not count."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether each region has a box of its own, shape (region,)."""
        return self.own >= 0


def labelled_disks(data: Path, read: Callable[[Path], Product]) -> list[LabelledDisk]:
    """Return the full-disk magnetograms below a folder that ``fulldisk_labels.csv`` names.

    Without such a table, those that the labels of training know; then the middles of their boxes are the places.
    """
    tables = sorted(data.rglob("fulldisk_labels.csv"))
    if not tables:
        return [_of_observed(one) for one in observed_disks(data, read)]
    return [disk for table in tables for disk in _of_table(table, read)]


def _of_table(table: Path, read: Callable[[Path], Product]) -> Iterator[LabelledDisk]:
    with table.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for name in sorted({row["image"] for row in rows}):
        try:
            image = read(table.parent / name)
            if not isinstance(image, SolarImage):
                continue
            disk = read_disk(image)
        except InvalidInputError:
            continue  # a continuum image, or one without coordinates
        named = [row for row in rows if row["image"] == name and row["noaa_ar"]]
        yield LabelledDisk(
            name=Path(name).name,
            image=image,
            disk=disk,
            places=np.array([(float(row["x_arcsec"]), float(row["y_arcsec"])) for row in named]).reshape(-1, 2),
            numbers=tuple(row["noaa_ar"] for row in named),
            kinds=tuple(mount_wilson(row["mt_wilson"]) or "" for row in named),
        )


def _of_observed(one: ObservedDisk) -> LabelledDisk:
    spotted = [region for region in one.regions if not region.plage]
    boxes = np.array([region.box for region in spotted]).reshape(-1, 2, 2)
    return LabelledDisk(
        name=one.name,
        image=one.image,
        disk=one.disk,
        places=one.disk.arcsec(boxes.mean(axis=1)),
        numbers=tuple(str(region.number or "") for region in spotted),
        kinds=tuple(region.kind for region in spotted),
    )


def judge(one: LabelledDisk, boxes: NDArray[np.float64]) -> Verdict:
    """Compare boxes (x1, y1, x2, y2) [arcsec] with the regions of a disk; a box answers for one region at most."""
    own, right = np.full(len(one.places), -1), np.zeros(len(boxes), bool)
    distance = _distances(boxes, one.places)
    for box, region in pair_nearest(distance, most=np.inf):
        own[region], right[box] = box, True
    counts = right | np.array([_strongest(one.disk, box) > _SPOT for box in boxes], bool).reshape(len(boxes))
    return Verdict(own=own, inside=np.isfinite(distance).any(axis=0), right=right[counts])


def _distances(boxes: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances [arcsec] of boxes' middles from positions, shape (box, region); NaN if that is outside."""
    low, high, at = boxes[:, None, :2], boxes[:, None, 2:], places[None]
    inside = ((at >= low - _ROOM) & (at <= high + _ROOM)).all(axis=2)
    return np.where(inside, np.linalg.norm((low + high) / 2 - at, axis=2), np.nan)


def _strongest(disk: Disk, box: NDArray[np.float64]) -> float:
    first, last = np.clip(disk.pixels(box), 0, SIDE - 1).astype(int).reshape(2, 2)
    part = np.abs(disk.field[first[1] : last[1] + 1, first[0] : last[0] + 1])
    return float(part.max()) if part.size else 0.0
