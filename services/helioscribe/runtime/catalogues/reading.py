"""Any file of a catalogue as events; what cannot be read is told, and the rest goes on."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.runtime.catalogues.flare_lists import rows_of_flare_list
from helioscribe.runtime.catalogues.goes_summary import rows_of_goes_summary
from helioscribe.runtime.catalogues.hek_json import rows_of_json
from helioscribe.runtime.catalogues.noaa import is_noaa_report, rows_of_noaa_report
from helioscribe.runtime.catalogues.rows import Row, Rows
from helioscribe.runtime.catalogues.voevent import rows_of_voevents
from helioscribe.runtime.netcdf import is_netcdf

__all__ = ["events_of", "read_events", "rows_of"]

_LARGEST = 512 << 20


def read_events(path: Path, *, failed: Callable[[str, HelioscribeError], None]) -> Iterator[Event]:
    """Yield the events of a file: HEK's JSON, VOEvents, NOAA's reports, lists of flares; gzip or not, in a tar or not.

    Parameters
    ----------
    path
        The file.
    failed
        Is told of every record that cannot be an event: where it stands, and why.

    Raises
    ------
    InvalidInputError
        If it is none of these, or too large.
    """
    yield from events_of(
        rows_of(_content(path)), origin=path.name, failed=lambda where, error: failed(f"{path.name}, {where}", error)
    )


def events_of(rows: Rows, *, origin: str, failed: Callable[[str, HelioscribeError], None]) -> Iterator[Event]:
    """Yield the events of rows; `failed` is told of those that cannot be one."""
    for row in rows:
        try:
            yield event_of_row(row.values(), origin=origin)
        except HelioscribeError as error:
            failed(row.where, error)
        except (ValueError, KeyError, TypeError) as error:
            failed(row.where, InvalidInputError.wrap(error, doing="cannot be read"))


def rows_of(data: bytes) -> Rows:
    """Yield the records of a file. Raises `InvalidInputError`."""
    try:
        yield from _kind(data)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError.wrap(error, doing="cannot be read") from None


def _kind(data: bytes) -> Rows:
    if is_netcdf(data):
        return rows_of_goes_summary(data)
    if data[257:262] == b"ustar":
        return _members(data)
    text = _text(data)
    beginning = text.lstrip()[:1]
    if beginning == "<":
        return rows_of_voevents(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
    if beginning in ("{", "["):
        return rows_of_json(text)
    if is_noaa_report(text):
        return rows_of_noaa_report(text)
    return rows_of_flare_list(text)


def _members(data: bytes) -> Rows:
    """Yield the records of the files of a tar, such as NOAA's years of reports; one that cannot be read is told."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() and member.size <= len(data) else None
                if file is not None:
                    yield from _of_member(member.name.rpartition("/")[2][:80], file.read())
    except tarfile.TarError as error:
        raise InvalidInputError.wrap(error, doing="a broken tar") from None


def _of_member(name: str, data: bytes) -> Rows:
    def refused(error: HelioscribeError) -> Mapping[str, Any]:
        raise error

    if data[257:262] == b"ustar":
        return
    try:
        for row in rows_of(data):
            yield replace(row, where=f"{name}, {row.where}")
    except HelioscribeError as error:
        yield Row(where=name, values=partial(refused, error))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")  # as HEK sends it


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as plain:
                data = plain.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError.wrap(error, doing="cannot be read") from None
    if not data.strip():
        raise InvalidInputError("the file is empty")
    if len(data) > _LARGEST:
        raise InvalidInputError(f"more than {_LARGEST >> 20} MiB; expected less")
    return data
