"""Solar Orbiter/STIX maps: CLEAN, back projection and other reconstructions, RICE-compressed or not.

Three writers are known: ``stx_map2fits`` of SolarSoft with a full solar header, the maps of the STIX data centre, and
its older quick-look images, whose headers have neither instrument nor band and at times the date of their making.
What a header does not say is taken from the file name, of which the published catalogues are made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import AU, SOLAR_RADIUS, Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.libraries import load
from helioscribe.domain.product import SolarImage
from helioscribe.domain.rotation import distance_of
from helioscribe.domain.times import format_utc, parse_utc, to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Hdu
from helioscribe.ingest.sources.images.decode import image_hdu, read_pixels
from helioscribe.ingest.sources.observer import keywords_of
from helioscribe.ingest.sources.stix_map_names import MapName, read_map_name

__all__ = ["is_stix_map", "light_travel_time", "read_stix_map"]

_LIGHT = 299_792_458.0
_SIDES = (16, 4096)
_BAND = re.compile(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*keV")
_IDL_TIME = "%d-%b-%Y %H:%M:%S.%f"
_WCS = re.compile(r"CRPIX[12]|CRVAL[12]|CDELT[12]|PC[12]_[12]|CROTA2")
_ALGORITHMS = {
    "BPROJ": "BPROJ",
    "CLEAN": "CLEAN",
    "MEM": "MEM_GE",
    "EM": "EM",
    "FWDFIT": "VIS_FWDFIT",
    "PSO": "VIS_FWDFIT",
}

Header = Mapping[str, Any]
Keywords = dict[str, str | int | float | bool]


def is_stix_map(hdus: Sequence[Hdu]) -> bool:
    """Whether a file's first image is a map of STIX."""
    found = image_hdu(hdus)
    if found is None:
        return False
    header = hdus[found].header
    named = f"{header.get('INSTRUME', '')} {header.get('TELESCOP', '')}".upper()
    return "STIX" in named or str(header.get("ORIGIN", "")).upper().startswith("STIX ")


def read_stix_map(hdus: Sequence[Hdu], data: bytes, name: str) -> SourceFile:
    """Read a map.

    Parameters
    ----------
    hdus, data
        The file, scanned and whole.
    name
        Name of the file, from which is read what the header lacks.

    Raises
    ------
    InvalidInputError
        If there is no world coordinate system, band or time, or no pixel with a value.
    """
    index, said = image_hdu(hdus), read_map_name(name)
    assert index is not None  # `is_stix_map` has seen it
    header = hdus[index].header
    band, notes = _band(header, said, name)
    start, end = _interval(header, said, name)
    observer = _observer(header)
    pixels = _pixels(hdus, index, data, name)
    image = SolarImage(
        observatory=str(header.get("OBSRVTRY", "Solar Orbiter")).strip(),
        instrument="STIX",
        channel=f"{band[0]:g}-{band[1]:g} keV",
        time=to_datetime64(start + (end - start) / 2),
        exposure=(end - start).total_seconds(),
        pixels=pixels,
        unit=str(header.get("BUNIT", "")).strip()[:60],
        header=_wcs(header, name) | keywords_of(observer) | _facts(header, said, band, (start, end)),
        mask=~np.isfinite(pixels),
        observer=observer,
        light_travel_time=_delay(header, observer, start),
    )
    return SourceFile(
        product=image, channel=image.channel, level=str(header.get("LEVEL", "")).strip()[:10], quality=notes
    )


def light_travel_time(observer: Observer, moment: datetime) -> float:
    """Return Earth UTC less observer UTC of the same sunlight [s], from the two distances to the Sun."""
    load("sunpy")
    from sunpy.coordinates.sun import earth_distance

    return float((earth_distance(moment.replace(tzinfo=None)).to_value("AU") - observer.distance) * AU / _LIGHT)


def _band(header: Header, said: MapName, name: str) -> tuple[tuple[float, float], tuple[str, ...]]:
    in_header = [_float(header.get(key)) for key in ("ENERGY_L", "ENERGY_H")]
    in_origin = _BAND.search(str(header.get("ORIGIN", "")))
    found = said.band
    if in_header[0] is not None and in_header[1] is not None:
        found = (in_header[0], in_header[1])
    elif in_origin:
        found = (float(in_origin[1]), float(in_origin[2]))
    if found is None or not 0 < found[0] < found[1] < 1000:
        raise InvalidInputError(f"{name}: expected an energy band in ENERGY_L and ENERGY_H or in the name, got {found}")
    differs = said.band is not None and said.band != found
    return found, (f"the name says {said.band[0]:g}-{said.band[1]:g} keV",) if differs and said.band else ()


def _interval(header: Header, said: MapName, name: str) -> tuple[datetime, datetime]:
    begin, end = (_time(header, key) for key in ("DATE-BEG", "DATE-END"))
    if begin is None or end is None:
        length = timedelta(seconds=max(_float(header.get("EXPTIME")) or 0.0, 0.0))
        middle = _time(header, "DATE_OBS") or _time(header, "DATE-OBS")
        # Without an exposure the date is that of the file, not of the Sun.
        if said.start is not None and (middle is None or not length):
            begin, end = said.start, said.start + length
        elif middle is not None:
            begin, end = middle - length / 2, middle + length / 2
        else:
            raise InvalidInputError(f"{name}: the header has no DATE-BEG and DATE-END, and the name no time")
    if not timedelta(0) <= end - begin < timedelta(days=1):
        raise InvalidInputError(f"{name}: an image from {begin} to {end}; expected minutes")
    return begin, end


def _time(header: Header, key: str) -> datetime | None:
    text = str(header.get(key, "")).strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, _IDL_TIME).replace(tzinfo=UTC)
    except ValueError:
        return parse_utc(text)


def _observer(header: Header) -> Observer | None:
    longitude, latitude = (
        _float(header.get(key, header.get(old))) for key, old in (("HGLN_OBS", "L0"), ("HGLT_OBS", "B0"))
    )
    distance, radius = _float(header.get("DSUN_OBS")), _float(header.get("RSUN_OBS", header.get("RSUN")))
    au = distance / AU if distance else distance_of(radius) if radius else None
    if longitude is None or latitude is None or au is None or not 0.01 < au < 10:
        return None
    return Observer(name="Solar Orbiter", hgs_longitude=longitude, hgs_latitude=latitude, distance=au)


def _delay(header: Header, observer: Observer | None, moment: datetime) -> float | None:
    given = _float(header.get("EAR_TDEL"))
    return given if given is not None or observer is None else light_travel_time(observer, moment)


def _wcs(header: Header, name: str) -> Keywords:
    wcs = {key: float(value) for key, value in header.items() if _WCS.fullmatch(key) and isinstance(value, int | float)}
    steps = [wcs.get(key, 0.0) for key in ("CDELT1", "CDELT2")]
    if not all(0.01 < abs(step) < 1000 for step in steps) or not {"CRPIX1", "CRPIX2"} <= set(wcs):
        raise InvalidInputError(f"{name}: no world coordinate system; expected CRPIX, CRVAL and CDELT in arcsec")
    if any(key.startswith("PC") for key in wcs):
        wcs.pop("CROTA2", None)
    types = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}
    return {"CRVAL1": 0.0, "CRVAL2": 0.0, "RSUN_REF": SOLAR_RADIUS} | wcs | types


def _facts(header: Header, said: MapName, band: tuple[float, float], interval: tuple[datetime, datetime]) -> Keywords:
    start, end = interval
    found: Keywords = {
        "DATE-OBS": format_utc(start + (end - start) / 2),
        "DATE-BEG": format_utc(start),
        "DATE-END": format_utc(end),
        "ENERGY_L": band[0],
        "ENERGY_H": band[1],
        "ALG_USED": _algorithm(header, said),
        "UID": said.uid or _request(header),
    }
    return found if said.photons is None else found | {"PHOTONS": said.photons}


def _algorithm(header: Header, said: MapName) -> str:
    text = f"{header.get('ALG_USED', '')} {header.get('ORIGIN', '')}".upper()
    return next((method for word, method in _ALGORITHMS.items() if word in text), said.method)


def _request(header: Header) -> str:
    found = re.search(r"_V\d+U?_(\d{1,20})-", str(header.get("FLNM_SCI", "")))
    return found[1] if found else ""


def _pixels(hdus: Sequence[Hdu], index: int, data: bytes, name: str) -> NDArray[np.float32]:
    header = hdus[index].header
    compressed = header.get("ZIMAGE") is True
    sides = [header.get(f"{'Z' if compressed else ''}NAXIS{axis}") for axis in (2, 1)]
    if not all(type(side) is int and _SIDES[0] <= side <= _SIDES[1] for side in sides):
        raise InvalidInputError(f"{name}: expected an image of {_SIDES[0]} to {_SIDES[1]} pixels a side, got {sides}")
    values = read_pixels(hdus, index, data, name).physical()
    if not np.isfinite(values).any():
        raise InvalidInputError(f"{name}: no pixel has a value")
    return values


def _float(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
