"""Lists of flares as tables of text: of STIX and of GOES, as their teams publish them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import format_utc, parse_utc
from helioscribe.runtime.catalogues.rows import GOES, Row, Rows, heliographic_place

__all__ = ["rows_of_flare_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A kind of table, known by its columns."""

    columns: frozenset[str]
    """Those that tell it from others."""

    method: Mapping[str, Any]
    """What is the same in all its records."""

    record: Callable[[Mapping[str, str]], dict[str, Any]]
    """Makes HEK's columns of a line."""


def rows_of_flare_list(text: str) -> Rows:
    """Yield the flares of a table. Raises `InvalidInputError` if its columns are those of no known list."""
    try:
        yield from _lines(csv.DictReader(text.splitlines(), skipinitialspace=True))
    except csv.Error as error:
        raise InvalidInputError.wrap(error, doing="no table") from None


def _lines(reader: csv.DictReader[str]) -> Rows:
    names = frozenset(reader.fieldnames or ())
    kind = next((one for one in _LISTS if one.columns <= names), None)
    if kind is None:
        known = "; ".join(f"{one.method['frm_name']} with {', '.join(sorted(one.columns))}" for one in _LISTS)
        raise InvalidInputError(f"a table of no known list; known are: {known}")
    for line in reader:
        values = {name: value for name, value in line.items() if name is not None}
        if not any(value and value.strip() for value in values.values()):
            continue
        yield Row(where=f"line {reader.line_num}", values=partial(_values, kind, values))


def _values(kind: _List, line: Mapping[str, str]) -> dict[str, Any]:
    if None in line.values():  # a file that ends within a line would make a flare of half its columns
        raise InvalidInputError("fewer columns than the first line has; is the file cut off?")
    return {"event_type": "FL", **kind.method, **kind.record(line)}


def _stix_with_places(line: Mapping[str, str]) -> dict[str, Any]:
    delay = float(line["light_travel_time"] or 0)
    found = _stix(line, delay=delay)
    if line["hgs_lon"] and line["hgs_lat"]:
        found |= {
            "event_coordsys": "UTC-HGS-TOPO",
            "event_coordunit": "deg,deg",
            "event_coord1": line["hgs_lon"],
            "event_coord2": line["hgs_lat"],
            "event_c1error": 2,
            "event_c2error": 2,
        }
    if line["visible_from_earth"] == "True":
        found["fl_goescls"] = line["GOES_class_time_of_flare"]
    return found | {"hs_light_travel_time": delay, "hs_visible_from_earth": line["visible_from_earth"] == "True"}


def _stix(line: Mapping[str, str], *, delay: float = 0.0) -> dict[str, Any]:
    def at_earth(name: str) -> str:
        return format_utc(parse_utc(line[name]) + timedelta(seconds=delay))

    own = f"FL_{'located' if delay else 'operational'}_{line['flare_id']}"
    counts = line.get("LC0_PEAK_COUNTS_4S") or line.get("4-10 keV") or ""
    return {
        "event_starttime": at_earth("start_UTC"),
        "event_endtime": at_earth("end_UTC"),
        "event_peaktime": at_earth("peak_UTC"),
        "frm_specificid": line["flare_id"],
        "hs_observer_starttime": line["start_UTC"],
        "hs_observer_endtime": line["end_UTC"],
        "hs_observer_peaktime": line["peak_UTC"],
        "hs_time_frame": "earth" if delay else "observer",
        "hs_peakcounts": float(counts) if counts else None,
        "kb_archivid": f"ivo://stix.i4ds.net/{own}",
    }


def _goes_swpc(line: Mapping[str, str]) -> dict[str, Any]:
    number = line["noaa_ar"]
    start, peak, end = (parse_utc(line[f"{name}_time"].replace("/", "-")) for name in ("start", "peak", "end"))
    # The list gives what ends past midnight the date of its start.
    peak, end = (moment + timedelta(days=moment < start) for moment in (peak, end))
    return {
        "event_starttime": format_utc(start),
        "event_endtime": format_utc(end),
        "event_peaktime": format_utc(peak),
        "fl_goescls": line["label"],
        "ar_noaanum": number if number not in ("", "0") else None,
        "obs_observatory": line["obs"].replace("G", "GOES-") or "GOES",
        "kb_archivid": f"ivo://swpc.noaa.gov/FL_{peak:%Y%m%d_%H%M%S}_{line['label']}",
    }


def _goes_ngdc(line: Mapping[str, str]) -> dict[str, Any]:
    start = _ngdc_time(line["DATE"], line["START_TIME"])
    end = _ngdc_time(line["DATE"], line["END_TIME"], after=start)
    peak = _ngdc_time(line["DATE"], line["MAX_TIME"], after=start) if line["MAX_TIME"].strip() else None
    tenths = float(line["CMX_VALUE"] or 0) if line["CMX_VALUE"].strip() else 0.0
    region = line["AR"].strip().partition(".")[0]
    return {
        **heliographic_place(line["LOCATION"]),
        "event_starttime": format_utc(start),
        "event_endtime": format_utc(end),
        "event_peaktime": format_utc(peak) if peak else "",
        "fl_goescls": f"{line['CMX'].strip()}{tenths / 10:.1f}",
        "ar_noaanum": region or None,
        "fl_peakflux": line["INTENSITY"],
        "fl_peakfluxunit": "W/m^2" if line["INTENSITY"].strip() else "",
        "kb_archivid": f"ivo://ngdc.noaa.gov/FL_{start:%Y%m%d_%H%M}_{line['CMX'].strip()}{tenths:.0f}",
    }


def _stix_commissioning(line: Mapping[str, str]) -> dict[str, Any]:
    # Times are those on board: the Earth sees what STIX saw `dt` seconds later.
    delay = timedelta(seconds=float(line["dt"]))
    start, end = (parse_utc(f"{line['date']}T{line[name].rjust(8, '0')}") for name in ("start", "end"))
    end += timedelta(days=end < start)
    return {
        "event_starttime": format_utc(start + delay),
        "event_endtime": format_utc(end + delay),
        "hs_observer_starttime": format_utc(start),
        "hs_observer_endtime": format_utc(end),
        "hs_time_frame": "earth",
        "hs_light_travel_time": delay.total_seconds(),
        "hs_peakcountrate": float(line["peak_cps"]),
        "event_description": line["comments"].strip(),
        "kb_archivid": f"ivo://stix.i4ds.net/FL_commissioning_{start:%Y%m%d_%H%M%S}",
    }


def _goes_with_places(line: Mapping[str, str]) -> dict[str, Any]:
    times = {column: line[f"GEV_{name}"] for column, name in _GEV.items()}
    placed = {
        "event_coordsys": "UTC-HPC-TOPO",
        "event_coordunit": "arcsec,arcsec",
        "event_coord1": line["AIA_XCEN"],
        "event_coord2": line["AIA_YCEN"],
    }
    known = placed if line["AIA_XCEN"].strip() and line["AIA_YCEN"].strip() else {}
    own = f"FL_{parse_utc(times['event_peaktime']):%Y%m%d_%H%M%S}_{line['GOES_CLASS']}"
    return times | known | {"fl_goescls": line["GOES_CLASS"], "kb_archivid": f"ivo://lmsal.com/{own}"}


def _ngdc_time(day: str, text: str, *, after: datetime | None = None) -> datetime:
    digits = f"{int(float(text)):04d}"
    start = parse_utc(f"20{day[:2]}-{day[2:4]}-{day[4:6]}")
    moment = start + timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment + timedelta(days=1) if after is not None and moment < after else moment


_GEV = {"event_starttime": "START", "event_peaktime": "PEAK", "event_endtime": "END"}
_STIX = {
    "frm_institute": "STIX team",
    "frm_contact": "https://datacenter.stix.i4ds.net",
    "frm_identifier": "STIX",
    "frm_url": "https://datacenter.stix.i4ds.net",
    "obs_observatory": "Solar Orbiter",
    "obs_instrument": "STIX",
    "obs_channelid": "4-10 keV",
    "obs_meanwavel": 7.0,
    "obs_wavelunit": "keV",
}
_LISTS = (
    _List(
        columns=frozenset({"flare_id", "peak_UTC", "hgs_lon", "light_travel_time", "visible_from_earth"}),
        method=_STIX | {"frm_name": "STIX flare list with locations"},
        record=_stix_with_places,
    ),
    _List(
        columns=frozenset({"flare_id", "peak_UTC", "LC0_PEAK_COUNTS_4S"}),
        method=_STIX | {"frm_name": "STIX operational flare list"},
        record=_stix,
    ),
    _List(
        columns=frozenset({"date", "start", "end", "dt", "peak_cps"}),
        method=_STIX | {"frm_name": "STIX commissioning flare list"},
        record=_stix_commissioning,
    ),
    _List(
        columns=frozenset({"GEV_START", "GEV_PEAK", "GEV_END", "GOES_CLASS", "AIA_XCEN"}),
        method=GOES | {"frm_name": "GOES flares placed by AIA"},
        record=_goes_with_places,
    ),
    _List(
        columns=frozenset({"start_time", "peak_time", "end_time", "label", "noaa_ar"}),
        method=GOES | {"frm_name": "SWPC"},
        record=_goes_swpc,
    ),
    _List(
        columns=frozenset({"DATE", "START_TIME", "MAX_TIME", "CMX", "CMX_VALUE"}),
        method=GOES | {"frm_name": "NGDC GOES flares"},
        record=_goes_ngdc,
    ),
)
