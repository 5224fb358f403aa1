"""NOAA's summaries of GOES flares (``xrsf-l2-flsum``, netCDF): a row each for start, peak and end of a flare."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import format_utc
from helioscribe.runtime.catalogues.rows import GOES, Row, Rows
from helioscribe.runtime.netcdf import attribute, epoch_of, opened, text_of

__all__ = ["rows_of_goes_summary"]

_MOST_ROWS = 1_000_000
_NUMBERS = ("flare_id", "flare_counter")


def rows_of_goes_summary(data: bytes) -> Rows:
    """Yield the flares of a summary.

    Raises
    ------
    InvalidInputError
        If it is broken, or another kind of netCDF.
    MissingDependencyError
        If h5py is not installed.
    """
    with opened(data, "summary of flares") as file:
        epoch, satellite, columns = _content(file)
    flares: dict[int, list[int]] = {}
    for row, number in enumerate(columns["number"]):
        flares.setdefault(int(number), []).append(row)
    for number, rows in flares.items():
        yield Row(where=f"flare {number}", values=partial(_flare, columns, rows, epoch, satellite))


def _content(file: Any) -> tuple[datetime, str, dict[str, Sequence[Any]]]:
    number = next((name for name in _NUMBERS if name in file), "")
    if not number or not {"status", "time", "flare_class", "xrsb_flux"} <= set(file):
        raise InvalidInputError(f"netCDF, but no summary of GOES flares; it has {', '.join(file)[:120]}")
    names = {"number": number, "status": "status", "time": "time", "label": "flare_class", "flux": "xrsb_flux"}
    if any(file[name].ndim != 1 or len(file[name]) > _MOST_ROWS for name in names.values()):
        raise InvalidInputError(f"expected columns of at most {_MOST_ROWS} rows")
    columns = {ours: file[name][:].tolist() for ours, name in names.items()}
    if len({len(column) for column in columns.values()}) != 1:
        raise InvalidInputError("columns of unequal length")
    satellite = attribute(file, "platform").removeprefix("g").lstrip("0")
    return epoch_of(file["time"]), f"GOES-{satellite}" if satellite.isdigit() else "GOES", columns


def _flare(
    columns: Mapping[str, Sequence[Any]], rows: Sequence[int], epoch: datetime, satellite: str
) -> dict[str, Any]:
    at = {text_of(columns["status"][row]): row for row in rows}
    missing = [part for part in ("EVENT_START", "EVENT_PEAK") if part not in at]
    if missing:
        raise InvalidInputError(f"no row {' or '.join(missing)}")
    times = {part: format_utc(epoch + timedelta(seconds=float(columns["time"][row]))) for part, row in at.items()}
    peak, label = at["EVENT_PEAK"], text_of(columns["label"][at["EVENT_PEAK"]])
    last = times.get("EVENT_END", times["EVENT_PEAK"])
    return {
        "event_type": "FL",
        **GOES,
        "frm_name": "NOAA GOES XRS flare summary",
        "obs_observatory": satellite,
        "event_starttime": times["EVENT_START"],
        "event_peaktime": times["EVENT_PEAK"],
        "event_endtime": last,
        "fl_goescls": label,
        "fl_peakflux": float(columns["flux"][peak]),
        "fl_peakfluxunit": "W/m^2",
        "kb_archivid": f"ivo://ncei.noaa.gov/FL_{satellite}_{re.sub(r'[^0-9]', '', times['EVENT_PEAK'][:19])}_{label}",
    }
