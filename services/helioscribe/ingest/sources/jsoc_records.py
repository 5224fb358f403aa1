"""What JSOC says of records, what one may ask of it, and which requests it has already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.times import to_datetime64
from helioscribe.ingest.sources.images.header import moment_of

__all__ = ["USELESS", "Cutout", "Record", "Requests", "read_records"]

USELESS = 1 << 31
"""Bit of QUALITY: there is no image, and an export that names it fails as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One image of a series."""

    number: int
    """JSOC's record number; 0 if it was not told, and then the record cannot be exported."""

    t_rec: str
    """The slot that JSOC files it under, TAI."""

    time: Any
    """Middle of the exposure, UTC, datetime64[ns]."""

    quality: int
    """QUALITY, whose highest bit says that there is no image."""

    wavelength: str
    """Angstrom; empty for HMI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """A field of view, cut out at JSOC (its process ``im_patch``)."""

    x: float
    """Middle at `time` [arcsec], solar west positive."""

    y: float
    """Likewise, solar north positive."""

    width: float
    """Arcseconds."""

    height: float
    """Arcseconds."""

    time: str
    """UTC at which the middle holds."""

    tracked: bool = True
    """Whether it follows the rotation, which needs a middle on the disk; otherwise it stays on the sky."""

    def process(self, t_start: str, t_stop: str, cadence: str) -> dict[str, Any]:
        """Return JSOC's words for it."""
        return {
            "im_patch": {
                "t_ref": self.time, "t": int(not self.tracked), "r": 0, "c": 0, "locunits": "arcsec",
                "boxunits": "arcsec", "x": self.x, "y": self.y, "width": self.width, "height": self.height,
                "t_start": t_start, "t_stop": t_stop, "cadence": cadence,
            }
        }  # fmt: skip


def read_records(answer: Mapping[str, Any]) -> list[Record]:
    """Return the records of an ``rs_list`` by time; slots without an observation are left out."""
    columns = {str(one.get("name")): list(one.get("values", [])) for one in answer.get("keywords", [])}
    if not columns.get("T_REC"):
        return []
    found = []
    for row in range(len(columns["T_REC"])):
        values = {name: str(values[row]) for name, values in columns.items() if row < len(values)}
        try:
            moment = moment_of({"T_OBS": values.get("T_OBS", ""), "T_REC": values["T_REC"]}, "JSOC")
            number = int(values.get("*recnum*", "0"))
        except (HelioscribeError, ValueError):
            continue  # a slot without an observation
        found.append(
            Record(
                number=number, t_rec=values["T_REC"], time=to_datetime64(moment),
                quality=_hexadecimal(values.get("QUALITY", "0")), wavelength=values.get("WAVELNTH", ""),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (str(one.time), one.number))


def _hexadecimal(text: str) -> int:
    try:
        return int(text, 16 if text.lower().startswith("0x") else 10) & 0xFFFFFFFF
    except ValueError:
        return USELESS


class Requests:
    """Which requests JSOC has, so that a run that was interrupted does not ask twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def request(self, key: str) -> str:
        """Return the request of an export; empty if there is none."""
        return str(self._read().get(key, ""))

    def remember(self, key: str, request: str) -> None:
        """Keep the request of an export."""
        self._write(self._read() | {key: request})

    def forget(self, key: str) -> None:
        """Drop it: it ended badly, or never ends."""
        self._write({name: request for name, request in self._read().items() if name != key})

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, requests: Mapping[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        partial.write_text(json.dumps(dict(requests)), encoding="utf-8")
        partial.replace(self._path)

