"""Labels from SHARP bitmaps and from HEK's records of active regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe_ar_detectnet.classes import mount_wilson

__all__ = ["ACTIVE", "RegionLabel", "from_bitmap", "from_hek", "to_hek"]

ACTIVE = 33
"""SHARP's bitmap: 33 and 34 are weak and strong field inside of the patch's own region (Bobra et al. 2014)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLabel:
    """A region as a label."""

    region: int
    """NOAA's number; 0 if it has none."""

    kind: str
    """Mount Wilson class, as in `CLASSES`; empty if unknown."""

    box: tuple[float, float, float, float]
    """First and last coordinate on both axes, in the frame of the source: pixels of a bitmap, arcseconds of HEK."""

    time: str = ""
    """UTC as HEK writes it; empty if the source does not tell."""


def from_bitmap(bitmap: NDArray[Any], *, region: int = 0) -> RegionLabel:
    """Return the box of a SHARP's own region [pixels]. Raises `InvalidInputError` if it has none."""
    inside = np.nan_to_num(bitmap) >= ACTIVE
    if bitmap.ndim != 2 or not inside.any():
        raise InvalidInputError("bitmap: no pixel belongs to the patch's own region")
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1]))
    return RegionLabel(region=region, kind="", box=box)


def from_hek(records: Iterable[Mapping[str, Any]]) -> list[RegionLabel]:
    """Return the labels of HEK's records of class AR, boxes in arcseconds; others are left out."""
    found = []
    for record in records:
        corners = [record.get(f"boundbox_c{axis}{end}") for end in ("ll", "ur") for axis in (1, 2)]
        known = [float(corner) for corner in corners if isinstance(corner, (int, float))]
        if record.get("event_type") != "AR" or len(known) != 4 or record.get("event_coordsys") != "UTC-HPC-TOPO":
            continue
        number = record.get("ar_noaanum")
        found.append(
            RegionLabel(
                region=int(number) if isinstance(number, (int, float)) else 0,
                kind=mount_wilson(str(record.get("ar_mtwilsoncls", ""))) or "",
                box=(known[0], known[1], known[2], known[3]),
                time=str(record.get("event_starttime", "")),
            )
        )
    return found


def to_hek(label: RegionLabel, *, time: str) -> dict[str, Any]:
    """Return the columns of HEK that a label fills; `time` is UTC as HEK writes it."""
    x1, y1, x2, y2 = label.box
    return {
        "event_type": "AR", "event_starttime": time, "event_endtime": time, "event_coordsys": "UTC-HPC-TOPO",
        "event_coordunit": "arcsec,arcsec", "event_coord1": (x1 + x2) / 2, "event_coord2": (y1 + y2) / 2,
        "boundbox_c1ll": x1, "boundbox_c2ll": y1, "boundbox_c1ur": x2, "boundbox_c2ur": y2,
        "ar_noaanum": label.region or None, "ar_mtwilsoncls": label.kind,
    }  # fmt: skip
