"""Reads the file names of published STIX maps, which have their id, number of photons, and often band and time."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["MapName", "read_map_name"]

_UID = re.compile(r"uid_(?P<uid>[0-9A-Za-z]{1,20})_|map-(?P<request>[0-9]{1,20})\.")
_BAND = re.compile(r"_(?P<low>\d{1,3}(?:\.\d{1,3})?)-(?P<high>\d{1,3}(?:\.\d{1,3})?)keV_")
_TIME = re.compile(r"_(\d{4})-?(\d\d)-?(\d\d)T(\d\d)[:-]?(\d\d)[:-]?(\d\d)(\.\d{1,6})?_")
_COUNTS = re.compile(r"T[\d:.-]+_(?P<counts>\d{1,12})_[a-z_]+map\.fits")
_METHOD = re.compile(r"_(?:full_disk_)?(?P<method>clean|bp|em|fwfit|vis_fwdfit|mem_ge)(?:_map)?\.fits")
_METHODS = {
    "clean": "CLEAN",
    "bp": "BPROJ",
    "em": "EM",
    "fwfit": "VIS_FWDFIT",
    "vis_fwdfit": "VIS_FWDFIT",
    "mem_ge": "MEM_GE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapName:
    """Content of a name; None or empty for what it does not have."""

    uid: str = ""
    """Id of the data request. Digits that look like a date often are not the date of the image."""

    band: tuple[float, float] | None = None
    """Energy band [keV]."""

    start: datetime | None = None
    """Start of the integration, UTC at the spacecraft."""

    photons: int | None = None
    """Number of counts in the map."""

    method: str = ""
    """Imaging algorithm, such as ``CLEAN`` or ``BPROJ``."""


def read_map_name(name: str) -> MapName:
    """Read a name such as ``stix_ql_image_sci_11699_uid_2204146345_4-10keV_20220414T173020_5263_clean_map.fits``.

    The patterns are those of the STIX data centre (``stix_ql_image_sci``, ``stix_sci_preview``,
    ``stix_imaging_spectroscopy_sci``), of its quick-look images, and ``..._map-<request>.fits``.
    """
    uid, band, counts, method = (pattern.search(name) for pattern in (_UID, _BAND, _COUNTS, _METHOD))
    return MapName(
        uid=(uid["uid"] or uid["request"]) if uid else "",
        band=(float(band["low"]), float(band["high"])) if band else None,
        start=_time(name),
        photons=int(counts["counts"]) if counts else None,
        method=_METHODS[method["method"]] if method else "BPROJ" if name.startswith("bp_") else "",
    )


def _time(name: str) -> datetime | None:
    found = _TIME.search(name)
    if found is None:
        return None
    *parts, fraction = found.groups()
    with contextlib.suppress(ValueError):  # digits that are no date
        return datetime(*map(int, parts), int(float(fraction or 0) * 1e6), tzinfo=UTC)  # type: ignore[arg-type, misc]
    return None
