"""The Solar Orbiter archive of ESA: its catalogue is asked with ADQL, its files come by id."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.ports.archive import ArchiveRecord

__all__ = ["Soar"]

_PRODUCT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_COLUMNS = ("data_item_id", "filename", "filesize", "begin_time", "end_time")
_MOST_REPLY = 32 << 20
_MOST_FILE = 2 << 30
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Soar:
    """Search and download of calibrated data (level 1)."""

    url: str = "https://soar.esac.esa.int/soar-sl-tap"
    """Of the archive."""

    timeout: float = 30.0
    """How long the archive may be silent [s]."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield what there is of a product, such as ``stix-ql-lightcurve``, in a span, by time.

        Raises
        ------
        InvalidInputError
            If that is no name of a product.
        UnavailableError
            If the archive does not answer, or not as expected.
        """
        if not _PRODUCT.fullmatch(product):
            raise InvalidInputError(f"no product {product[:60]!r}; expected such as stix-ql-lightcurve")
        start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (time_range.start, time_range.end))
        query = (
            f"SELECT {', '.join(_COLUMNS)} FROM v_sc_data_item "  # noqa: S608  # checked above, and it is not our database
            f"WHERE descriptor='{product}' AND level='L1' "
            f"AND end_time>='{start}' AND begin_time<='{end}' ORDER BY begin_time"
        )
        form = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "json", "QUERY": query}
        with self._opened(f"{self.url}/tap/sync?{urlencode(form)}") as answer:
            reply = answer.read(_MOST_REPLY + 1)
        yield from sorted(map(_record, _rows(reply)), key=lambda record: record.time_range)

    def fetch(self, record: ArchiveRecord, folder: Path) -> Path:
        """Bring one record into a folder and return the file; a file that is already whole is not brought again.

        Raises
        ------
        UnavailableError
            If the archive does not answer, or breaks off.
        """
        target = folder / record.name
        if target.is_file() and record.size in (None, target.stat().st_size):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        form = {"retrieval_type": "LAST_PRODUCT", "product_type": "SCIENCE", "data_item_id": record.locator}
        part = target.with_name(f"{target.name}.part")
        with self._opened(f"{self.url}/data?{urlencode(form)}") as answer, part.open("wb") as file:
            _copy(answer, file, record.name)
        part.replace(target)
        return target

    @contextmanager
    def _opened(self, url: str) -> Iterator[Any]:
        try:
            with urllib.request.urlopen(url, timeout=self.timeout) as answer:  # noqa: S310  # our own URL
                yield answer
        except urllib.error.HTTPError as error:
            raise UnavailableError(f"Solar Orbiter archive: answers {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = " ".join(str(getattr(error, "reason", "") or error).split()) or type(error).__name__
            raise UnavailableError(f"Solar Orbiter archive: {reason}") from None


def _rows(reply: bytes) -> list[dict[str, Any]]:
    if len(reply) > _MOST_REPLY:
        raise UnavailableError(f"Solar Orbiter archive: a reply of more than {_MOST_REPLY} bytes")
    try:
        table = json.loads(reply)
        names = [column["name"] for column in table["metadata"]]
        return [dict(zip(names, row, strict=True)) for row in table["data"]]
    except (ValueError, TypeError, KeyError) as error:
        raise UnavailableError.wrap(error, doing="Solar Orbiter archive: not the expected reply") from None


def _record(row: dict[str, Any]) -> ArchiveRecord:
    name = str(row.get("filename"))
    if not _NAME.fullmatch(name):
        raise UnavailableError(f"Solar Orbiter archive: names a file {name[:60]!r}")
    try:
        return ArchiveRecord(
            archive="soar",
            locator=str(row["data_item_id"]),
            name=name,
            time_range=TimeRange(start=parse_utc(str(row["begin_time"])), end=parse_utc(str(row["end_time"]))),
            size=int(row["filesize"]) if row.get("filesize") else None,
        )
    except (KeyError, ValueError, TypeError, InvalidInputError) as error:
        raise UnavailableError.wrap(error, doing="Solar Orbiter archive: not the expected reply") from None


def _copy(answer: Any, file: Any, name: str) -> None:
    announced = answer.headers.get("Content-Length", "")
    total = 0
    while chunk := answer.read(_CHUNK):
        total += len(chunk)
        if total > _MOST_FILE:
            raise InvalidInputError(f"{name}: larger than {_MOST_FILE} bytes")
        file.write(chunk)
    if announced.isdigit() and total != int(announced):
        raise UnavailableError(f"Solar Orbiter archive: {name} broke off after {total} of {announced} bytes")
