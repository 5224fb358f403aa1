"""Real magnetograms of the full disk with the regions that the labels beside them tell of.

Boxes come from KITTI files of the same name, SHARP bitmaps and HEK's records, in this order; numbers and classes from
NOAA's summaries of the day. A region of NOAA's without a box gets that of the strong field around its position. A box
that NOAA does not know on a day that it reports is plage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.rotation import projected
from helioscribe.domain.times import from_datetime64
from helioscribe_ar_detectnet._disk import Disk, read_disk
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet.classes import mount_wilson
from helioscribe_ar_detectnet.labels.claims import Claim, read_claims
from helioscribe_ar_detectnet.labels.kitti import read_kitti
from helioscribe_ar_detectnet.labels.noaa import NoaaRegion, NoaaRegions, read_srs
from helioscribe_ar_detectnet.simulation.texture import blurred

__all__ = ["LabelledRegion", "ObservedDisk", "observed_disks"]

_SAME = 0.3
"""Overlap above which two boxes are of one region."""

_OF_THE_DAY = timedelta(days=1)
_STRONG = 120.0
_LIMB = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRegion:
    """A region on a disk."""

    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 [pixels of 512]."""

    source: str
    """``KITTI``, ``SHARP``, ``HEK`` or ``SRS``, whence the box is."""

    number: int = 0
    """NOAA's; 0 if it has none."""

    kind: str = ""
    """Mount Wilson class; empty if unknown."""

    plage: bool = False
    """Whether it has no spots."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservedDisk:
    """An image with its labels."""

    path: Path
    """Of the file."""

    time: datetime
    """UTC."""

    image: SolarImage
    """Prepared."""

    disk: Disk
    """On the detector's grid."""

    regions: tuple[LabelledRegion, ...]
    """With and without spots; none on a quiet day."""

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    claims: Sequence[Claim]
    tables: Sequence[NoaaRegions]
    boxes: dict[str, Path]

    def table(self, moment: datetime) -> NoaaRegions | None:
        """Return the summary nearest in time; None if there is none within a day."""
        known = [table for table in self.tables if table.valid and abs(table.valid - moment) <= _OF_THE_DAY]
        return min(known, key=lambda table: abs(table.valid - moment) if table.valid else _OF_THE_DAY, default=None)


def observed_disks(folder: Path, read: Callable[[Path], Product]) -> Iterator[ObservedDisk]:
    """Yield the full-disk magnetograms below a folder about which some label says something, by name.

    Parameters
    ----------
    folder
        With FITS files; summaries as ``*SRS*.txt``, bitmaps as ``*bitmap*.fits``, HEK's replies as ``*.json``, and
        KITTI files named as their image, with boxes in pixels of the prepared image.
    read
        The platform's reader.
    """
    labels = _read_labels(folder, read)
    for path in sorted(folder.rglob("*.fits*")):
        try:
            image = read(path) if "bitmap" not in path.name else None
            disk = read_disk(image) if isinstance(image, SolarImage) else None
        except InvalidInputError:
            continue
        if disk is None or not isinstance(image, SolarImage):
            continue
        moment = from_datetime64(image.time)
        found = _regions(labels, path, image, disk, moment)
        if found is not None:
            yield ObservedDisk(path=path, time=moment, image=image, disk=disk, regions=tuple(found))


def _read_labels(folder: Path, read: Callable[[Path], Product]) -> _Labels:
    texts = sorted(folder.rglob("*.txt"))
    tables = []
    for path in texts:
        if "SRS" in path.name:
            try:
                tables.append(read_srs(path.read_text(encoding="latin-1"), path.name))
            except InvalidInputError:
                continue
    boxes = {path.stem: path for path in texts if "SRS" not in path.name}
    return _Labels(claims=read_claims(folder, read), tables=tables, boxes=boxes)


def _regions(
    labels: _Labels, path: Path, image: SolarImage, disk: Disk, moment: datetime
) -> list[LabelledRegion] | None:
    table = labels.table(moment)
    drawn = labels.boxes.get(path.name.split(".fits")[0])
    found = _of_kitti(drawn, image.pixels.shape[0]) if drawn else []
    for claim in labels.claims:
        if (box := claim.on(disk, moment)) is not None:
            found.append(LabelledRegion(box=_four(box), source=claim.source, number=claim.number, kind=claim.kind))
    if table is None and drawn is None and not found:
        return None
    found = _distinct(found)
    return found if table is None else _named(found, table, disk, moment)


def _four(box: NDArray[np.float64]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(edge) for edge in box)
    return x1, y1, x2, y2


def _of_kitti(path: Path, side: int) -> list[LabelledRegion]:
    scale = 512 / side
    found = []
    for one in read_kitti(path.read_text(encoding="utf-8", errors="replace"), name=path.name):
        x1, top, x2, bottom = one.box
        pixels = np.array([x1, side - 1 - bottom, x2, side - 1 - top])  # its rows count from the top
        box = _four((pixels + 0.5) * scale - 0.5)
        found.append(LabelledRegion(box=box, source="KITTI", kind=mount_wilson(one.label) or ""))
    return found


def _distinct(regions: Sequence[LabelledRegion]) -> list[LabelledRegion]:
    """Leave out what overlaps a box of a better source."""
    kept: list[LabelledRegion] = []
    for region in sorted(regions, key=lambda one: ("KITTI", "SHARP", "HEK").index(one.source)):
        boxes = np.array([one.box for one in kept]).reshape(-1, 4)
        if not kept or overlap(np.array([region.box]), boxes).max() <= _SAME:
            kept.append(region)
    return kept


def _named(regions: Sequence[LabelledRegion], table: NoaaRegions, disk: Disk, moment: datetime) -> list[LabelledRegion]:
    """Give boxes NOAA's numbers and classes, and boxes to NOAA's other regions."""
    places = [disk.place((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2) for one in regions]
    matched = table.match(places, moment)
    named = [
        replace(one, number=noaa.number, kind=noaa.mount_wilson or one.kind)
        if noaa
        else replace(one, plage=not one.kind)
        for one, noaa in zip(regions, matched, strict=True)
    ]
    given = {noaa.number for noaa in matched if noaa}
    others = [(noaa, _around(noaa, disk)) for noaa in table.at(moment) if noaa.number not in given]
    return named + [
        LabelledRegion(box=box, source="SRS", number=noaa.number, kind=noaa.mount_wilson) for noaa, box in others if box
    ]


def _around(noaa: NoaaRegion, disk: Disk) -> tuple[float, float, float, float] | None:
    """Return the box of the strong field around a position; None if it is too near to the limb or there is none."""
    where = projected(noaa.longitude, noaa.latitude, disk.observer)
    if where is None or abs(noaa.longitude - disk.observer.hgs_longitude) > _LIMB:
        return None
    x, y = disk.pixels(np.array([where.tx, where.ty])).tolist()
    half = (noaa.extent / 2 + 2.5) / 0.28
    first = [max(0, round(middle - reach)) for middle, reach in ((x, half), (y, 0.7 * half))]
    part = disk.field[first[1] : round(y + 0.7 * half), first[0] : round(x + half)]
    strong = blurred(np.abs(part.astype(np.float64)), 1.2) > _STRONG
    if strong.sum() < 12:
        return None
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    return (
        float(columns[0] + first[0] - 1),
        float(rows[0] + first[1] - 1),
        float(columns[-1] + first[0] + 1),
        float(rows[-1] + first[1] + 1),
    )
