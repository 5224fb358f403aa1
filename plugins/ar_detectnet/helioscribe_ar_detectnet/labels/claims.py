"""Boxes of regions as SHARP bitmaps and HEK's records claim them, carried to the time of an image."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.rotation import apparent, projected
from helioscribe.domain.times import from_datetime64, parse_utc
from helioscribe_ar_detectnet._disk import Disk
from helioscribe_ar_detectnet.labels.hek import RegionLabel, from_hek

__all__ = ["Claim", "claims_of_bitmap", "claims_of_hek", "read_claims"]

_ACTIVE = 33
"""SHARP's bitmap: 33 and 34 are weak and strong field inside of the patch's own region (Bobra et al. 2014)."""

_LONGEST = timedelta(hours=12)
_LARGEST = 256 << 20
_POINTS = 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claim:
    """A region's place on the disk at some time."""

    source: str
    """``SHARP`` or ``HEK``."""

    moment: datetime
    """UTC."""

    points: tuple[Position, ...]
    """Of the region, in the frame of `observer`."""

    observer: Observer | None
    """Where it was seen from; None for the observer of the image, as with HEK's records seen from near the Earth."""

    number: int = 0
    """NOAA's; 0 if it has none."""

    kind: str = ""
    """Mount Wilson class; empty if unknown."""

    def on(self, disk: Disk, moment: datetime) -> NDArray[np.float64] | None:
        """Return x1, y1, x2, y2 [pixels of 512] on a disk seen within 12 hours; None if it does not show there."""
        if abs(moment - self.moment) > _LONGEST:
            return None
        by = disk.observer
        turned = (apparent(point, self.observer or by, by, moment - self.moment) for point in self.points)
        seen = disk.pixels(np.array([(place.tx, place.ty) for place in turned if place]).reshape(-1, 2))
        if len(seen) < len(self.points) / 2:
            return None
        return np.array([*seen.min(axis=0), *seen.max(axis=0)])


def claims_of_bitmap(image: SolarImage) -> list[Claim]:
    """Return the region of a SHARP's or SMARP's bitmap. Raises `InvalidInputError` if it has none."""
    inside = np.nan_to_num(image.pixels) >= _ACTIVE
    if not inside.any() or image.observer is None:
        raise InvalidInputError("bitmap: no pixel belongs to the patch's own region")
    rows, columns = np.nonzero(inside)
    chosen = np.linspace(0, rows.size - 1, min(rows.size, 400)).astype(int)
    ends = [rows.argmin(), rows.argmax(), columns.argmin(), columns.argmax()]
    picked = np.concatenate([chosen, ends])
    places = _heliographic(image, rows[picked], columns[picked])
    seen = [projected(longitude, latitude, image.observer) for longitude, latitude in places]
    number = image.header.get("NOAA_AR", 0)
    return [
        Claim(
            source="SHARP",
            moment=from_datetime64(image.time),
            points=tuple(place for place in seen if place),
            observer=image.observer,
            number=int(number) if isinstance(number, (int, float)) else 0,
        )
    ]


def _heliographic(
    image: SolarImage, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Iterator[tuple[float, float]]:
    """Yield Stonyhurst longitude and latitude [deg] of a patch's pixels.

    The patch is an equal-area map about its own middle: Sun (2013, arXiv:1309.2392), section 4.
    """
    header = {key: float(image.header[key]) for key in ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CDELT1", "CDELT2")}
    along = np.radians((columns + 1 - header["CRPIX1"]) * header["CDELT1"])
    up = np.arcsin(np.clip(np.radians((rows + 1 - header["CRPIX2"]) * header["CDELT2"]), -1, 1))
    middle = np.radians(header["CRVAL2"])
    latitude = np.arcsin(np.cos(middle) * np.sin(up) + np.sin(middle) * np.cos(up) * np.cos(along))
    east = np.cos(up) * np.sin(along)
    ahead = np.cos(up) * np.cos(along) * np.cos(middle) - np.sin(up) * np.sin(middle)
    central = float(image.header["CRLN_OBS"]) - (image.observer.hgs_longitude if image.observer else 0.0)
    longitude = np.degrees(np.arctan2(east, ahead)) + header["CRVAL1"] - central
    yield from zip(((longitude + 180) % 360 - 180).tolist(), np.degrees(latitude).tolist(), strict=True)


def claims_of_hek(records: Sequence[Any]) -> list[Claim]:
    """Return the active regions among HEK's records; what has no box in arcseconds or no time is left out."""
    return [claim for label in from_hek(records) if (claim := _of_label(label)) is not None]


def _of_label(label: RegionLabel) -> Claim | None:
    try:
        moment = parse_utc(label.time)
    except InvalidInputError:
        return None
    x1, y1, x2, y2 = label.box
    xs, ys = np.linspace(x1, x2, _POINTS), np.linspace(y1, y2, _POINTS)
    points = tuple(Position(tx=float(x), ty=float(y)) for x in xs for y in ys)
    return Claim(source="HEK", moment=moment, points=points, observer=None, number=label.region, kind=label.kind)


def read_claims(folder: Path, read: Callable[[Path], Product]) -> list[Claim]:
    """Return what the SHARP bitmaps (``*bitmap*.fits*``) and HEK's replies (``*.json``) below a folder claim.

    Files that are neither are left out.
    """
    claims: list[Claim] = []
    for path in sorted(folder.rglob("*bitmap*.fits*")):
        try:
            image = read(path)
            claims += claims_of_bitmap(image) if isinstance(image, SolarImage) else []
        except (InvalidInputError, KeyError):
            continue
    for path in sorted([*folder.rglob("*.json"), *folder.rglob("*.json.gz")]):
        claims += claims_of_hek(_records(path))
    return claims


def _records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        data = stream.read(_LARGEST)
    try:
        # HEK sends ISO 8859-1.
        reply = json.loads(data.decode("latin-1"))
    except (ValueError, RecursionError):
        return []
    result = reply.get("result") if isinstance(reply, dict) else None
    return [record for record in result if isinstance(record, dict)] if isinstance(result, list) else []
