"""Archives from which observations are downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.times import TimeRange

__all__ = ["Archive", "ArchiveRecord", "Delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord:
    """One file or record that an archive offers."""

    archive: str
    """Name of the archive."""

    locator: str
    """What the archive needs to deliver it: a URL or the name of a record."""

    name: str
    """Name of the file, for people."""

    time_range: TimeRange
    """Time that it covers, UTC."""

    size: int | None = None
    """Length [bytes]; None if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The outcome for one requested record: a file or an error."""

    record: ArchiveRecord
    """The record."""

    path: Path | None = None
    """Path of the complete file; None if there is an error."""

    error: HelioscribeError | None = None
    """Why it could not be downloaded; None if it could."""


class Archive(Protocol):
    """An archive of observations. Every method raises `UnavailableError` if it does not answer."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield the records of a product, such as ``stix-ql-lightcurve``, in a span of time, in order of time."""

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Download records into a folder, and yield each one when it is complete or has failed.

        A failure does not stop the others. Files that are complete are not downloaded again, and partial ones are
        continued.
        """
