"""Images of SDO from JSOC at Stanford: found by time and exported in groups, as cut-outs if asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UnavailableError
from helioscribe.domain.identity import digest
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.ingest.sources.download import Server, bring
from helioscribe.ingest.sources.fits_scan import scan_fits
from helioscribe.ingest.sources.images.decode import image_hdu
from helioscribe.ingest.sources.jsoc_exports import Exports
from helioscribe.ingest.sources.jsoc_records import search_records, series_of
from helioscribe.ingest.sources.jsoc_server import JsocServer
from helioscribe.ports.archive import ArchiveRecord, Delivery

__all__ = ["CutOut", "JsocArchive"]

_ON_DISK = 940.0
"""Distance from the Sun's centre up to which a place is on the disk [arcsec]."""

_WIDER = 1.2
"""Factor by which a cut-out may be larger than requested; sizes vary by about a pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOut:
    """A field of view, helioprojective."""

    x: float
    """Centre [arcsec], solar west positive."""

    y: float
    """Centre [arcsec], solar north positive."""

    width: float
    """[arcsec]."""

    height: float
    """[arcsec]."""

    time: datetime
    """Time of the centre, UTC."""

    tracked: bool = False
    """Whether it follows the Sun's rotation; its centre must be on the disk then."""

    def __post_init__(self) -> None:
        fits = abs(self.x) < 2000 and abs(self.y) < 2000 and 0 < self.width < 4000 and 0 < self.height < 4000
        if not fits:  # so written, NaN fails too
            raise InvalidInputError(f"cut-out: expected arcseconds on or near the Sun, got {self}")
        if self.tracked and not math.hypot(self.x, self.y) < _ON_DISK:
            raise InvalidInputError("cut-out: only a place on the disk can be followed")

    def process(self) -> dict[str, dict[str, Any]]:
        """Return the parameters of JSOC's process ``im_patch``."""
        place = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        options = {"t": int(not self.tracked), "r": 0, "c": 0, "locunits": "arcsec", "boxunits": "arcsec"}
        return {"im_patch": {"t_ref": f"{format_utc(self.time)}Z", **options, **place}}


@dataclass(frozen=True, slots=True, kw_only=True)
class JsocArchive:
    """`helioscribe.ports.archive.Archive` of images of AIA and HMI."""

    email: str = ""
    """Address that is registered with JSOC for exports."""

    cadence: float | None = None
    """Time between images [s]; None takes all."""

    cutout: CutOut | None = None
    """Field of view to cut out; None takes whole images."""

    server: JsocServer = field(default_factory=JsocServer)
    """Server of JSOC."""

    files: Server = field(default_factory=lambda: Server(name="JSOC"))
    """Server of the exported files."""

    limit: int = 1 << 30
    """Largest size of a file [bytes]."""

    export: dict[str, Any] = field(default_factory=dict)
    """Limits of `Exports`: ``size``, ``pending``, ``hung``, ``renewals``, ``deadline``."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield the records of ``aia-171``, ``hmi-magnetogram`` and so on that have an image, by time.

        Raises
        ------
        InvalidInputError
            For an unknown product or too long a span.
        UnavailableError
            If JSOC does not answer.
        """
        series = series_of(product, self.cadence)
        for record in search_records(self.server, series, time_range, self.cadence):
            yield replace(record, name=self._name(record.name))

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Export records and download their files; unfinished exports of an earlier call are resumed.

        Raises
        ------
        InvalidInputError
            If JSOC does not know the address.
        """
        missing = []
        for record in records:
            if (folder / record.name).is_file():
                yield Delivery(record=record, path=folder / record.name)
            else:
                missing.append(record)
        if missing:
            yield from self._exported(missing, folder, self.cutout.process() if self.cutout else {})

    def _exported(
        self, records: list[ArchiveRecord], folder: Path, process: dict[str, dict[str, Any]]
    ) -> Iterator[Delivery]:
        waiting = {record.locator: record for record in records}
        try:
            self.server.check_address(self.email)
            exports = Exports(
                server=self.server, folder=folder / "exports", email=self.email, process=process, **self.export
            )
            for locator, found in exports.run(list(waiting)):
                if locator in waiting:  # an earlier run may have asked for more
                    yield self._brought(waiting.pop(locator), found, folder)
        except UnavailableError as error:
            for record in waiting.values():
                yield Delivery(record=record, error=error)

    def _brought(self, record: ArchiveRecord, found: str | HelioscribeError, folder: Path) -> Delivery:
        if isinstance(found, HelioscribeError):
            return Delivery(record=record, error=found)
        try:
            path = self.server.call(record.name, lambda: self._file(found, folder / record.name))
        except HelioscribeError as error:
            return Delivery(record=record, error=error)
        return Delivery(record=record, path=path)

    def _file(self, url: str, target: Path) -> Path:
        checked = target.with_name(f"{target.name}.unchecked")
        bring(url, checked, server=self.files, limit=self.limit)
        try:
            self._check(checked.read_bytes(), target.name)
        except InvalidInputError as error:
            checked.unlink()
            raise UnavailableError(error.message) from None  # what came is no such file: it may be the next time
        return checked.replace(target)

    def _check(self, data: bytes, name: str) -> None:
        hdus = scan_fits(data, name)
        index = image_hdu(hdus)
        if index is None:
            raise InvalidInputError(f"{name}: no image in what JSOC sent")
        header = hdus[index].header
        if self.cutout is None:
            return
        for axis, asked in ((1, self.cutout.width), (2, self.cutout.height)):
            pixels, scale = header.get(f"ZNAXIS{axis}", header.get(f"NAXIS{axis}")), header.get(f"CDELT{axis}")
            if not isinstance(pixels, int) or not isinstance(scale, (int, float)):
                raise InvalidInputError(f"{name}: its size is not told")
            if not pixels * abs(scale) <= _WIDER * asked + 10:
                raise InvalidInputError(f"{name}: JSOC sent {pixels} pixels on axis {axis}, more than the cut-out has")

    def _name(self, name: str) -> str:
        if self.cutout is None:
            return name
        part = self.cutout
        # Where it stays, the moment is of no matter, and the next command finds the files of this one.
        since = format_utc(part.time) if part.tracked else ""
        mark = digest(repr((part.x, part.y, part.width, part.height, since)).encode())[:8]
        return f"{name.removesuffix('.fits')}.{mark}.fits"
