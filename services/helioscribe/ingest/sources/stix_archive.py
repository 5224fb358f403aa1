"""The public archive of the STIX data centre: a folder a day, listed as a web page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ports.archive import ArchiveRecord

__all__ = ["PRODUCTS", "StixArchive"]

PRODUCTS = {"stix-ql-lightcurve": ("L1", "QL")}
"""Level and folder of each product."""

_NAME = re.compile(r"solo_[A-Za-z0-9]+_stix-[a-z0-9-]+_\d{8}_V\d{2}U?\.fits(\.gz)?")
_LONGEST_SEARCH = timedelta(days=3700)
_LONGEST_LISTING = 8 << 20
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StixArchive:
    """Quick-look files by day, as `helioscribe.ports.archive.Archive` asks.

    Notes
    -----
    Files lie under ``{url}/{level}/YYYY/MM/DD/{QL or SCI}/``; that is the layout that stixpy's Fido client searches.
    """

    url: str = "https://pub099.cs.technik.fhnw.ch/data/fits"
    """Root of the archive."""

    timeout: float = 30.0
    """Longest silence of the archive [s]."""

    limit: int = 1 << 30
    """Most bytes of a file."""

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
        """Bring a file, going on where an earlier attempt stopped; it gets its name once it is whole.

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
        target = folder / record.name
        if target.exists():
            return target
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{record.name}.part"
        with self._open(record.locator, offset=partial.stat().st_size if partial.exists() else 0) as answer:
            total = self._save(answer, partial, record.name)
        if partial.stat().st_size != total:
            raise UnavailableError(f"{record.name}: {partial.stat().st_size} of {total} bytes came; try again")
        return partial.replace(target)

    def _best(self, product: str, day: datetime) -> ArchiveRecord | None:
        level, kind = PRODUCTS[product]
        folder = f"{self.url}/{level}/{day:%Y/%m/%d}/{kind}"
        wanted = re.compile(rf'href="(solo_{level}_{product}_{day:%Y%m%d}_V(\d\d)(U?)\.fits(?:\.gz)?)"')
        try:
            with self._open(f"{folder}/") as answer:
                page = _read(answer, _LONGEST_LISTING, folder).decode("utf-8", "replace")
        except NotFoundError:
            return None
        # Complete before incomplete, then the highest version; U marks a file that will be replaced.
        found = max(wanted.findall(page), key=lambda match: (not match[2], match[1]), default=None)
        if found is None:
            return None
        whole_day = TimeRange(start=day, end=day + timedelta(days=1))
        return ArchiveRecord(archive="stix", locator=f"{folder}/{found[0]}", name=found[0], time_range=whole_day)

    def _save(self, answer: Any, partial: Path, name: str) -> int:
        """Write what comes and return how long the whole file has to be."""
        resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
        done = partial.stat().st_size if resumed else 0
        total = _whole_length(answer, done, name)
        if total > self.limit:
            raise InvalidInputError(f"{name}: {total} bytes are more than {self.limit}")
        with partial.open("ab" if resumed else "wb") as file:
            while done < total and (chunk := _read(answer, min(_CHUNK, total - done), name)):
                file.write(chunk)
                done += len(chunk)
            file.flush()
            os.fsync(file.fileno())
        return total

    def _open(self, url: str, *, offset: int = 0) -> Any:
        if not url.startswith(("https://", "http://")):
            raise InvalidInputError(f"STIX archive: expected an http or https address, got {url[:120]!r}")
        request = Request(url, headers={"Range": f"bytes={offset}-"} if offset else {})  # noqa: S310  # checked above
        try:
            return urlopen(request, timeout=self.timeout)  # noqa: S310  # checked above
        except HTTPError as error:
            error.close()
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and offset:
                return self._open(url)
            if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                raise NotFoundError(f"{url}: the STIX archive has no such file") from None
            raise UnavailableError(f"{url}: the STIX archive answered {error.code}") from None
        except (OSError, HTTPException) as error:
            raise UnavailableError.wrap(error, doing=f"{url}: the STIX archive does not answer") from None


def _whole_length(answer: Any, done: int, name: str) -> int:
    if answer.status != HTTPStatus.PARTIAL_CONTENT:
        length = str(answer.headers.get("Content-Length", ""))
        if not length.isdecimal():
            raise UnavailableError(f"{name}: the STIX archive does not say how long the file is")
        return int(length)
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", str(answer.headers.get("Content-Range", "")))
    if span is None or int(span[1]) != done:
        raise UnavailableError(f"{name}: the STIX archive sent another part than was asked for")
    return int(span[2])


def _read(stream: BinaryIO, most: int, what: str) -> bytes:
    try:
        return stream.read(most)
    except (OSError, HTTPException) as error:
        raise UnavailableError.wrap(error, doing=f"{what}: connection lost") from None
