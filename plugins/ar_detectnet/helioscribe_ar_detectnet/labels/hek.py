"""HEK's records of active regions as labels, and labels as HEK's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe_ar_detectnet.classes import mount_wilson

__all__ = ["RegionLabel", "from_hek", "to_hek"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLabel:
    """A region as a label."""

    region: int
    """NOAA's number; 0 if it has none."""

    kind: str
    """Mount Wilson class, as in `CLASSES`; empty if unknown."""

    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 [arcsec], helioprojective."""

    time: str = ""
    """UTC as HEK writes it; empty if the record does not tell."""


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


def to_hek(label: RegionLabel) -> dict[str, Any]:
    """Return the columns of HEK that a label fills."""
    x1, y1, x2, y2 = label.box
    return {
        "event_type": "AR",
        "event_starttime": label.time,
        "event_endtime": label.time,
        "event_coordsys": "UTC-HPC-TOPO",
        "event_coordunit": "arcsec,arcsec",
        "event_coord1": (x1 + x2) / 2,
        "event_coord2": (y1 + y2) / 2,
        "boundbox_c1ll": x1,
        "boundbox_c2ll": y1,
        "boundbox_c1ur": x2,
        "boundbox_c2ur": y2,
        "ar_noaanum": label.region or None,
        "ar_mtwilsoncls": label.kind,
    }
