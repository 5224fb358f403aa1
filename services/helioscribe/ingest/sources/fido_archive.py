"""Images of SDO from the Virtual Solar Observatory, through sunpy's Fido; used if JSOC does not answer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.errors import HelioscribeError, NotFoundError, UnavailableError
from helioscribe.domain.libraries import load
from helioscribe.domain.times import TimeRange, from_datetime64, to_datetime64
from helioscribe.ingest.source_file import safe_name
from helioscribe.ingest.sources.fits_scan import scan_fits
from helioscribe.ingest.sources.jsoc_records import series_of
from helioscribe.ingest.sources.time_grid import on_grid
from helioscribe.ports.archive import ArchiveRecord, Delivery

__all__ = ["FidoArchive"]

_PHYSOBS = {"magnetogram": "LOS_magnetic_field", "continuum": "intensity", "dopplergram": "LOS_velocity"}


def _fido() -> Any:
    load("sunpy")
    from sunpy.net import Fido

    return Fido


@dataclass(frozen=True, slots=True, kw_only=True)
class FidoArchive:
    """The same observations as JSOC's series, whole images only: AIA level 1 and HMI as sent to the VSO's providers."""

    cadence: float | None = None
    """Time between images [s]; None takes all."""

    fido: Callable[[], Any] = _fido
    """Returns sunpy's Fido."""

    rows: dict[str, Any] = field(default_factory=dict)
    """Results of the last search, which Fido needs for downloads."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield what the VSO has of ``aia-171``, ``hmi-magnetogram`` and so on, by time.

        Raises
        ------
        InvalidInputError
            For an unknown product.
        UnavailableError
            If the VSO does not answer.
        """
        series = series_of(product, self.cadence)
        try:
            with warnings.catch_warnings(action="ignore"):  # each mirror that is away; the error below says it once
                table = self.fido().search(*_attributes(product, time_range))
            rows = [row for answer in table for row in answer]
            times = np.array([to_datetime64(_start(row)) for row in rows], dtype="datetime64[ns]")
        except Exception as error:  # noqa: BLE001  # whatever its clients raise, they are the way to a server
            raise UnavailableError.wrap(error, doing="VSO: the search failed") from None
        order = np.argsort(times, kind="stable")
        if self.cadence is not None:
            order = on_grid(times, np.timedelta64(round(self.cadence * 1e9), "ns"))
        for index in order:
            moment = from_datetime64(times[index])
            locator = str(rows[index]["fileid"])
            self.rows[locator] = rows[index]
            name = f"vso.{series.name}.{moment:%Y-%m-%dT%H%M%S}.{product.partition('-')[2]}.fits"
            yield ArchiveRecord(
                archive="vso", locator=locator, name=name, time_range=TimeRange(start=moment, end=moment)
            )

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Download files that a search of this archive found, one after another."""
        for record in records:
            try:
                yield Delivery(record=record, path=self._brought(record, folder))
            except HelioscribeError as error:
                yield Delivery(record=record, error=error)

    def _brought(self, record: ArchiveRecord, folder: Path) -> Path:
        target = folder / safe_name(record.name)
        if target.is_file():
            return target
        if record.locator not in self.rows:
            raise NotFoundError(f"{record.name}: not of this search")
        folder.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.part")
        partial.unlink(missing_ok=True)
        try:
            got = self.fido().fetch(self.rows[record.locator], path=str(partial), progress=False, overwrite=True)
        except Exception as error:  # noqa: BLE001  # as above
            raise UnavailableError.wrap(error, doing=f"{record.name}: the VSO's provider failed") from None
        if getattr(got, "errors", None) or not partial.is_file():
            raise UnavailableError(f"{record.name}: the VSO's provider did not deliver")
        scan_fits(partial.read_bytes(), record.name)
        return partial.replace(target)


def _attributes(product: str, span: TimeRange) -> list[Any]:
    import astropy.units as u
    from sunpy.net import attrs as a

    instrument, _, channel = product.partition("-")
    time = a.Time(span.start.replace(tzinfo=None), span.end.replace(tzinfo=None))
    if instrument == "aia":
        return [time, a.Instrument("AIA"), a.Wavelength(float(channel) * u.angstrom)]
    return [time, a.Instrument("HMI"), a.Physobs(_PHYSOBS[channel])]


def _start(row: Any) -> Any:
    from datetime import UTC

    return row["Start Time"].to_datetime().replace(tzinfo=UTC)
