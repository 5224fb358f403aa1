"""Reads catalogues of positions and times, such as that of the Solar Jet Hunter, into cut-outs to download."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.times import TimeRange, format_utc, parse_utc
from helioscribe.ingest.source_file import safe_name

__all__ = ["CutoutJob", "read_catalogue"]

_LARGEST = 32 << 20
_MOST_ROWS = 100_000
_TIMES = ("start", "start_time", "date", "obs_time", "event_starttime", "time")
_WEST = ("x", "basepoint_x", "basepoint x", "hpc_x", "x_centre_arcsec", "mean_bx")
_NORTH = ("y", "basepoint_y", "basepoint y", "hpc_y", "y_centre_arcsec", "mean_by")
_IDS = ("id", "jet_id", "sol", "subject", "name")
_FARTHEST = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoutJob:
    """One sequence to download."""

    name: str
    """Name of the sequence, safe as a file name."""

    span: TimeRange
    """Time of the sequence, UTC."""

    west: float
    """Centre of the field at the start, solar west positive [arcsec]."""

    north: float
    """Centre of the field at the start, solar north positive [arcsec]."""


def read_catalogue(path: Path, *, minutes: float) -> tuple[list[CutoutJob], list[str]]:
    """Read a CSV table with a time and a position in each row.

    Parameters
    ----------
    path
        With a column of times (``date``, ``start`` or ``obs_time``), and of positions in arcseconds (``x`` and ``y``,
        or ``basepoint_X`` and ``basepoint_Y``); capitals do not matter.
    minutes
        Length of each sequence, from that time.

    Returns
    -------
    tuple
        The jobs by time, and one line for each row that is none.

    Raises
    ------
    InvalidInputError
        If a column is missing, or there is no usable row.
    """
    rows = _rows(path)
    header = {name.strip().lower(): name for name in rows[0]} if rows else {}
    columns = tuple(_column(header, names, path.name) for names in (_TIMES, _WEST, _NORTH))
    named = next((header[name] for name in _IDS if name in header), "")
    jobs, problems = [], []
    for number, row in enumerate(rows, 2):
        try:
            jobs.append(_job(row, columns, named, minutes))
        except (HelioscribeError, ValueError, OverflowError) as error:
            problems.append(f"{path.name}: line {number}: {' '.join(str(error).split())}")
    if not jobs:
        why = f"; {problems[0]}" if problems else ""
        raise InvalidInputError(f"{path.name}: no row with a time and a position{why}")
    return sorted(jobs, key=lambda job: (job.span.start, job.name)), problems


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InvalidInputError(f"{path.name}: larger than {_LARGEST} bytes")
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise InvalidInputError.wrap(error, doing=path.name) from None
    if len(rows) > _MOST_ROWS:
        raise InvalidInputError(f"{path.name}: {len(rows)} rows; expected {_MOST_ROWS} at most")
    return rows


def _column(header: dict[str, str], names: Sequence[str], file: str) -> str:
    found = next((header[name] for name in names if name in header), None)
    if found is None:
        there = ", ".join(header)[:200] or "none"
        raise InvalidInputError(f"{file}: no column {' or '.join(names[:3])}; it has {there}")
    return found


def _job(row: dict[str, str], columns: tuple[str, ...], named: str, minutes: float) -> CutoutJob:
    start, *place = parse_utc(row[columns[0]]), float(row[columns[1]]), float(row[columns[2]])
    if not all(math.isfinite(one) and abs(one) < _FARTHEST for one in place):
        raise InvalidInputError(f"position {place[0]:g}, {place[1]:g}: expected arcseconds")
    label = safe_name(row.get(named, "")).replace(" ", "_") if row.get(named, "").strip() else ""
    shown = format_utc(start).replace(":", "").replace("-", "")[:15]
    return CutoutJob(
        name="_".join(part for part in (f"jet_{shown}", label[:40]) if part),
        span=TimeRange(start=start, end=start + timedelta(minutes=minutes)),
        west=place[0],
        north=place[1],
    )
