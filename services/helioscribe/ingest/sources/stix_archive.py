"""The public archive of the STIX data centre, which has one folder for each day, listed as a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.sources.download import Server, bring, open_url, read_some
from helioscribe.ports.archive import ArchiveRecord, Delivery

__all__ = ["PRODUCTS", "StixArchive"]

PRODUCTS = {"stix-ql-lightcurve": ("L1", "QL")}
"""Level and folder of each product."""

_NAME = re.compile(r"solo_[A-Za-z0-9]+_stix-[a-z0-9-]+_\d{8}_V\d{2}U?\.fits(\.gz)?")
_LONGEST_SEARCH = timedelta(days=3700)
_LONGEST_LISTING = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StixArchive:
    """`helioscribe.ports.archive.Archive` of quick-look files, one for each day.

    Notes
    -----
    Files lie under ``{url}/{level}/YYYY/MM/DD/{QL or SCI}/``; that is the layout that stixpy's Fido client searches.
    """

    url: str = "https://pub099.cs.technik.fhnw.ch/data/fits"
    """URL of the archive."""

    timeout: float = 30.0
    """Longest time without data from the archive [s]."""

    limit: int = 1 << 30
    """Largest size of a file [bytes]."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield the latest complete file of each day; an incomplete one only where there is no other.

        Raises
        ------
        InvalidInputError
            For an unknown product, or a span of more than ten years.
        UnavailableError
            If the archive does not answer.
        """
        if product not in PRODUCTS:
            raise InvalidInputError(f"STIX archive: unknown product {product!r}; it has {', '.join(PRODUCTS)}")
        if time_range.duration > _LONGEST_SEARCH:
            raise InvalidInputError(f"STIX archive: {time_range.duration.days} days are more than ten years")
        day = datetime.combine(time_range.start.astimezone(UTC).date(), time(), UTC)
        while day <= time_range.end:
            if record := self._best(product, day):
                yield record
            day += timedelta(days=1)

    def fetch(self, record: ArchiveRecord, folder: Path) -> Path:
        """Download a file, resuming an earlier attempt; it gets its name only when it is complete.

        Raises
        ------
        InvalidInputError
            If the record is not of this archive, or the file is too large.
        NotFoundError
            If the file is gone.
        UnavailableError
            If the archive does not answer, or the connection breaks.
        """
        if not record.locator.startswith(f"{self.url}/") or not _NAME.fullmatch(record.name):
            raise InvalidInputError(f"STIX archive: {record.locator[:120]!r} is no file of {self.url}")
        return bring(record.locator, folder / record.name, server=self._server, limit=self.limit)

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Download files one after another."""
        for record in records:
            try:
                yield Delivery(record=record, path=self.fetch(record, folder))
            except HelioscribeError as error:
                yield Delivery(record=record, error=error)

    @property
    def _server(self) -> Server:
        return Server(name="the STIX archive", timeout=self.timeout)

    def _best(self, product: str, day: datetime) -> ArchiveRecord | None:
        level, kind = PRODUCTS[product]
        folder = f"{self.url}/{level}/{day:%Y/%m/%d}/{kind}"
        wanted = re.compile(rf'href="(solo_{level}_{product}_{day:%Y%m%d}_V(\d\d)(U?)\.fits(?:\.gz)?)"')
        try:
            with open_url(f"{folder}/", server=self._server) as answer:
                page = read_some(answer, _LONGEST_LISTING, folder).decode("utf-8", "replace")
        except NotFoundError:
            return None
        # Complete before incomplete, then the highest version; U marks a file that will be replaced.
        found = max(wanted.findall(page), key=lambda match: (not match[2], match[1]), default=None)
        if found is None:
            return None
        whole_day = TimeRange(start=day, end=day + timedelta(days=1))
        return ArchiveRecord(archive="stix", locator=f"{folder}/{found[0]}", name=found[0], time_range=whole_day)
