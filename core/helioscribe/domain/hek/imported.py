"""Makes events from rows of HEK's interface, with checked values and units that clients can read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import (
    BOX_COLUMNS,
    NUMBER_COLUMNS,
    PLACE_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
    Event,
    EventStatus,
)
from helioscribe.domain.hek.places import frame_of, polygon, vertices
from helioscribe.domain.hek.row import event_id_of_ivorn
from helioscribe.domain.hek.schema import Column, Kind, columns, columns_of
from helioscribe.domain.hek.units import normalized
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import parse_utc

__all__ = ["ORIGIN", "event_of_row"]

ORIGIN = "hs_origin"
"""Attribute of an imported event with the file or server that it came from."""

_MOST_COLUMNS = 500
_LONGEST_TEXT = 65_536
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SENTINELS = frozenset({-9999, -999999})
"""Numbers that HEK's templates write for unknown values."""

_FRAME = ("event_coordsys", "event_coordunit")
_OF_THE_RECORD = frozenset(
    (
        *TIME_COLUMNS,
        *PLACE_COLUMNS,
        *TEXT_COLUMNS,
        *NUMBER_COLUMNS,
        "event_type",
        "noposition",
        "frm_humanflag",
        "obs_wavelunit",
        "active",
        "hs_status",
        "hs_detector",
        "hs_event",
        "concept",
    )
)


def event_of_row(row: Mapping[str, Any], *, origin: str) -> Event:
    """Return the event in a row.

    Parameters
    ----------
    row
        Values by HEK's column names in any case, as HEK sends them or as text.
    origin
        The file or server that the row came from, kept as ``hs_origin``.

    Raises
    ------
    InvalidInputError
        If a required column is missing, or a value or a unit cannot be read. The message names the column.
    """
    if len(row) > _MOST_COLUMNS:
        raise InvalidInputError(f"record of {len(row)} columns: expected at most {_MOST_COLUMNS}")
    values = dict(_cleaned(row))
    code = str(values.get("event_type", "")).partition(":")[0].strip().upper()
    known = columns_of(code)
    _check_required(values, code)
    read = {column.name: _read(column, values[column.name]) for column in known if values.get(column.name) is not None}
    read |= {name: value for name, value in values.items() if name not in columns() and _plain(value)}
    _unify(read)
    name = str(read.get("kb_archivid", ""))
    return Event(
        id=event_id_of_ivorn(name) if name else content_id("evt", record=_identity(read)),
        event_type=code,
        noposition=read.get("noposition") == "true" or not _placed(read),
        frm_humanflag=read.get("frm_humanflag") == "true",
        status=EventStatus.RETRACTED if values.get("active") == "false" else EventStatus.CLOSED,
        attributes=_attributes(read) | {ORIGIN: origin},
        **_fields(read),
    )


def _cleaned(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if not _NAME.fullmatch(str(name)):
            raise InvalidInputError(f"column {name!r:.40}: expected letters, digits and underscores")
        key = name if name in columns() else name.lower()
        if isinstance(value, str):
            value = _CONTROL.sub("", value.strip()[:_LONGEST_TEXT].encode("utf-8", "replace").decode())  # noqa: PLW2901
        if value not in ("", "blank", None):
            yield key, value


def _check_required(values: Mapping[str, Any], code: str) -> None:
    needed = ("event_starttime", "event_endtime", "frm_name", "obs_observatory", "obs_instrument")
    if missing := [name for name in needed if name not in values]:
        raise InvalidInputError(f"{code} record lacks {', '.join(missing)}")


def _read(column: Column, value: Any) -> Value | None:
    if column.kind in {Kind.NUMBER, Kind.INTEGER}:
        return _number(column.name, value)
    if column.kind is Kind.REFERENCES:
        return _references(value)
    if column.kind is Kind.FLAG:
        return "true" if str(value).lower() in {"true", "t", "1"} else "false"
    if not isinstance(value, (str, int, float)):
        raise InvalidInputError(f"{column.name}: expected text, got {value!r:.40}")
    if column.kind is Kind.POLYGON:
        ring = vertices(str(value))
        return str(value) if str(value).startswith("POLYGON") else polygon(ring)
    return str(value)


def _number(name: str, value: Any) -> float | int | None:
    try:
        number = float(value) if not isinstance(value, int) else value
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name}: expected a number, got {value!r:.40}") from None
    return number if math.isfinite(number) and number not in _SENTINELS else None


def _references(value: Any) -> str:
    try:
        rows = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        rows = None
    names = ("ref_name", "ref_type", "ref_url")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInputError("refs: expected a list of ref_name, ref_type and ref_url")
    return json.dumps([{name: str(row.get(name) or "") for name in names} for row in rows])


def _plain(value: Any) -> bool:
    return isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value))


def _unify(read: dict[str, Any]) -> None:
    # Columns that share a unit are converted in the same way, after which the unit is replaced.
    units: dict[str, str] = {}
    for column in columns().values():
        value, unit = read.get(column.name), read.get(column.unit)
        if column.unit and isinstance(value, (int, float)) and column.unit != "event_coordunit":
            read[column.name], units[column.unit] = normalized(column.name, value, str(unit or ""))
    read |= units


def _placed(read: Mapping[str, Any]) -> bool:
    if not all(isinstance(read.get(name), (int, float)) for name in ("event_coord1", "event_coord2")):
        return False
    frame_of(str(read.get("event_coordsys", "")))
    return True


def _fields(read: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: parse_utc(str(read[name]), name=name) for name in TIME_COLUMNS if read.get(name)}
    found.setdefault("frm_daterun", found["event_endtime"])
    found |= {name: read[name] for name in NUMBER_COLUMNS if read.get(name) is not None}
    found |= {"frm_versionnumber": read.get("frm_versionnumber")}
    found |= {name: str(read.get(name) or "") for name in TEXT_COLUMNS if name not in _FRAME}
    if _placed(read):
        found |= {name: str(read[name]) for name in _FRAME if read.get(name)}
        found |= {name: read[name] for name in PLACE_COLUMNS if read.get(name) is not None}
        first, second = float(read["event_coord1"]), float(read["event_coord2"])
        for corner in BOX_COLUMNS:
            found.setdefault(corner, first if "c1" in corner else second)
    return found


def _attributes(read: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value for name, value in read.items() if name not in _OF_THE_RECORD and value not in ("", None, "[]")}


def _identity(read: Mapping[str, Any]) -> dict[str, Any]:
    names = ("event_type", "event_starttime", "event_endtime", "frm_name", "frm_specificid")
    return {name: read.get(name) for name in (*names, "event_coord1", "event_coord2")}
