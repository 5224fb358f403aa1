"""NOAA's daily reports: edited events, of which flares are read, and the summary of solar regions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.runtime.catalogues.rows import Row, Rows, clock, heliographic_place, noaa_number

__all__ = ["is_noaa_report", "rows_of_noaa_report"]

_DATE = re.compile(r"^:Date:\s*(\d{4}) (\d{2}) (\d{2})", re.MULTILINE)
_ISSUED = re.compile(r"^:Issued:\s*(\d{4} [A-Z][a-z]{2} \d{1,2})", re.MULTILINE)
_EVENT = re.compile(
    r"(?P<number>\d{1,4})\s*\+?\s+(?P<begin>\S{4,5})\s+(?P<max>\S{4,5})\s+(?P<end>\S{4,5})\s+(?P<obs>\S{3})\s+(?P<q>\S)\s+"
    r"(?P<type>[A-Z]{3})\s+(?P<place>\S+)\s+(?P<what>.*?)\s*$"
)
_REGION = re.compile(
    r"(?P<number>\d{4,5})\s+(?P<place>[NS]\d{2}[EW]\d{2,3})\s+(?P<lo>\d{1,3})\s+(?P<area>\d{1,4})\s+(?P<z>[A-Za-z]{3})\s+"
    r"(?P<ll>\d{1,2})\s+(?P<nn>\d{1,3})\s+(?P<mag>[A-Za-z-]+)"
)
_OBSERVATORIES = {
    "G": ("GOES", "XRS", "1-8 A"),
    "XRA": ("GOES", "XRS", "1-8 A"),
    "FLA": ("SWPC", "H-alpha patrol", "6563"),
}
_ANGSTROM = {"XRA": 4.5, "FLA": 6563.0}
_METHOD = {
    "frm_institute": "NOAA SWPC",
    "frm_contact": "swpc.webmaster@noaa.gov",
    "frm_identifier": "SWPC",
    "frm_humanflag": "true",
    "frm_url": "https://www.swpc.noaa.gov/products/solar-and-geophysical-event-reports",
}


def is_noaa_report(text: str) -> bool:
    """Whether a text is one of the two reports."""
    return text.lstrip().startswith((":Product:", ":product:"))


def rows_of_noaa_report(text: str) -> Rows:
    """Yield flares of an event report, or regions of a region summary. Raises `InvalidInputError` for other reports."""
    if found := _DATE.search(text):
        return _flares(text, date(int(found[1]), int(found[2]), int(found[3])))
    if found := _ISSUED.search(text):
        return _regions(text, datetime.strptime(found[1], "%Y %b %d").replace(tzinfo=UTC))
    raise InvalidInputError("NOAA report without :Date: or :Issued:")


def _flares(text: str, day: date) -> Rows:
    for number, line in enumerate(text.splitlines(), start=1):
        found = _EVENT.match(line)
        if found and found["type"] in ("XRA", "FLA"):
            yield Row(where=f"line {number}", values=partial(_flare, found, day))


def _flare(found: re.Match[str], day: date) -> dict[str, Any]:
    peak = clock(day, found["max"])
    start = clock(day, found["begin"]) or peak
    if start is None:
        raise InvalidInputError("neither begin nor maximum is known")
    peak = clock(day, found["max"], near=start)
    if peak is not None and peak < start:
        peak = None  # some reports have it before the begin
    end = clock(day, found["end"], near=peak or start) or peak or start
    observatory, instrument, channel = _OBSERVATORIES[found["type"]]
    words = found["what"].split()
    region = words[-1] if len(words) > 1 and words[-1].isdigit() and len(words[-1]) == 4 else ""
    return {
        **_METHOD,
        **heliographic_place(found["place"]),
        **_strength(found["type"], words),
        "event_type": "FL",
        "event_starttime": start.isoformat(),
        "event_endtime": end.isoformat(),
        "event_peaktime": peak.isoformat() if peak else "",
        "frm_name": "SWPC",
        "frm_specificid": found["number"],
        "frm_paramset": f"report={day:%Y%m%d}events; observatory={found['obs']}; quality={found['q']}",
        "obs_observatory": observatory,
        "obs_instrument": instrument,
        "obs_channelid": channel,
        "obs_meanwavel": _ANGSTROM[found["type"]],
        "obs_wavelunit": "Angstrom",
        "ar_noaanum": noaa_number(region, day),
        "kb_archivid": f"ivo://swpc.noaa.gov/FL_{day:%Y%m%d}_{found['number']}_{found['type']}_{start:%H%M}_{found['obs']}",
    }


def _strength(kind: str, words: list[str]) -> dict[str, Any]:
    first = words[0] if words else ""
    return {"fl_goescls": first} if kind == "XRA" else {"fl_halphaclass": first}


def _regions(text: str, issued: datetime) -> Rows:
    # Positions hold for the end of the day before: 00 UT of the day of issue.
    with_spots = text.partition("I.  Regions with Sunspots")[2].partition("\nIA.")[0]
    first = text[: text.find(with_spots)].count("\n") + 1 if with_spots else 1
    for number, line in enumerate(with_spots.splitlines(), start=first):
        if found := _REGION.match(line.strip()):
            yield Row(where=f"line {number}", values=partial(_region, found, issued))


def _region(found: re.Match[str], moment: datetime) -> dict[str, Any]:
    place = heliographic_place(found["place"])
    half, number = int(found["ll"]) / 2, noaa_number(found["number"], moment.date())
    longitude, latitude = float(place["event_coord1"]), float(place["event_coord2"])
    return {
        **_METHOD,
        **place,
        "event_type": "AR",
        "event_starttime": moment.isoformat(),
        "event_endtime": (moment + timedelta(hours=24)).isoformat(),
        "frm_name": "NOAA SWPC Observer",
        "frm_specificid": str(number),
        "boundbox_c1ll": longitude - half,
        "boundbox_c1ur": longitude + half,
        "boundbox_c2ll": latitude - half / 2,
        "boundbox_c2ur": latitude + half / 2,
        "obs_observatory": "NOAA",
        "obs_instrument": "Observer",
        "obs_channelid": "white light",
        "obs_meanwavel": 5000.0,
        "obs_wavelunit": "Angstrom",
        "ar_noaanum": number,
        "ar_numspots": int(found["nn"]),
        "ar_mcintoshcls": found["z"].upper(),
        "ar_mtwilsoncls": found["mag"].upper(),
        "ar_spotarearepr": int(found["area"]),
        "ar_spotareareprunit": "uHem",
        "kb_archivid": f"ivo://swpc.noaa.gov/AR_{moment:%Y%m%d}_{number}",
    }
