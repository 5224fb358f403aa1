"""Archives: where observations come from."""

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
    """One thing that an archive can deliver."""

    archive: str
    """Name of the archive."""

    locator: str
    """What the archive needs to deliver it: a URL or a record name."""

    name: str
    """File name, for people."""

    time_range: TimeRange
    """What it covers, UTC."""

    size: int | None = None
    """Bytes, if the archive says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one record that was asked for."""

    record: ArchiveRecord
    """Which."""

    path: Path | None = None
    """The file, whole; None if it did not come."""

    error: HelioscribeError | None = None
    """Why it did not come."""


class Archive(Protocol):
    """An archive of observations. Raises `UnavailableError` if it does not answer."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield what there is of a product, such as ``stix-ql-lightcurve``, in a span, by time."""

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Bring records into a folder, and yield each as it is there or has failed; one does not stop the others.

        A file that is already whole is not brought again, and what an earlier call began is gone on with.
        """
