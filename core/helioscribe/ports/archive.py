"""Archives: where observations come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helioscribe.domain.times import TimeRange

__all__ = ["Archive", "ArchiveRecord"]


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


class Archive(Protocol):
    """An archive of observations. Raises `UnavailableError` if it does not answer."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield what there is of a product, such as ``stix-ql-lightcurve``, in a span, by time."""

    def fetch(self, record: ArchiveRecord, folder: Path) -> Path:
        """Bring one record into a folder and return the file; a file that is already whole is not brought again."""
