"""Reads time, observer, unit, channel and geometry from the headers of solar images of many instruments."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import AU, Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.libraries import load
from helioscribe.domain.rotation import limb
from helioscribe.domain.times import from_datetime64, parse_utc
from helioscribe.ingest.sources.time_grid import utc_times

__all__ = [
    "DISPLAY",
    "Geometry",
    "Header",
    "geometry_of",
    "identity_of",
    "moment_of",
    "observer_of",
    "repaired",
    "unit_of",
]

Header = Mapping[str, Any]

DISPLAY = "display"
"""Unit of display values: 8 bit, without a physical scale."""

_ARCSEC = 180 * 3600 / math.pi
_UNITS = {
    "GAUSS": "G",
    "MX/CM^2": "G",
    "MX/CM2": "G",
    "G": "G",
    "DN": "DN",
    "DATA NUMBER": "DN",
    "COUNTS": "ct",
    "DN/S": "DN / s",
    "DN/SEC": "DN / s",
    "DN / S": "DN / s",
    "DN/S/PIXEL": "DN / s",
    "M/S": "m / s",
    "COUNTS / PIXEL": "ct",
    "CT/S": "ct / s",
}
_BY_CONTENT = {"magnetogram": "G", "br": "G", "bp": "G", "bt": "G", "continuum": "DN/s", "dopplergram": "m/s"}
_NEAREST, _FARTHEST = 0.04, 40.0
"""Smallest and largest distance from the Sun of a telescope [au]."""

_COMPONENTS = ("bx", "by", "bz", "br", "bp", "bt")
"""Of the vector field, as the SDO ML dataset names its channels, and SHARP its segments."""

_SEGMENT = re.compile(r"\.(magnetogram|continuum|Dopplergram|bitmap|Br|Bp|Bt)\.fits")

_ARCSECONDS = {"arcsec": 1.0, "deg": 3600.0, "degree": 3600.0, "": 1.0}
_LARGEST_PIXEL = 3600.0
_NOT_SQUARE = 0.02
"""Largest deviation of a pixel from a square, as a share of its side."""

_SHARP = re.compile(r"(?:HARPNUM|TARPNUM)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Geometry of an image in helioprojective coordinates."""

    center: tuple[float, float]
    """Pixel (x, y) of the Sun's centre, counted from 0."""

    scale: float
    """Size of a pixel [arcsec]."""

    rotation: float
    """Angle [rad] from the image's up to solar north, counterclockwise positive as CROTA2 is."""

    radius: float
    """Apparent radius of the Sun [arcsec]."""


def repaired(header: Header, name: str) -> dict[str, Any]:
    """Return a header in which keywords special to an instrument are replaced by standard ones.

    GONG gives the limb that it found instead of a coordinate system; times of two keywords become one. Headers of
    SHARP and SMARP are the same for all segments of a patch: which one it is, only the file's name says.
    """
    fixed = dict(header)
    if (segment := _SEGMENT.search(name)) and any(_SHARP.match(key) for key in header):
        fixed["CONTENT"] = segment[1]
    date, time = str(header.get("DATE-OBS", "")).strip(), str(header.get("TIME-OBS", "")).strip()
    if time and "T" not in date:
        fixed["DATE-OBS"] = f"{date.replace('/', '-')}T{time}"
    if str(header.get("TELESCOP", "")).upper().startswith("NSO-GONG") and "FNDLMBXC" in header:
        fixed |= _gong(header)
    if str(header.get("CTYPE1", "")).lower().startswith(("solar", "arcsec")):  # as SolarSoft writes its maps
        fixed |= {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}
    return fixed


def _gong(header: Header) -> dict[str, Any]:
    radius = (float(header["FNDLMBMI"]) + float(header["FNDLMBMA"])) / 2
    scale = float(header["SEMIDIAM"]) * _ARCSEC / radius
    return {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": "arcsec",
        "CUNIT2": "arcsec",
        "CRPIX1": float(header["FNDLMBXC"]),
        "CRPIX2": float(header["FNDLMBYC"]),
        "CRVAL1": 0.0,
        "CRVAL2": 0.0,
        "CDELT1": scale,
        "CDELT2": scale,
        "CROTA2": -float(header.get("P_ANGLE", 0.0)),
        "HGLN_OBS": 0.0,
        "HGLT_OBS": float(header["B0"]),
        "DSUN_OBS": float(header["DISTANCE"]) * AU,
        "RSUN_OBS": float(header["SEMIDIAM"]) * _ARCSEC,
        "INSTRUME": "GONG",
    }


def identity_of(header: Header) -> tuple[str, str, str]:
    """Return observatory, instrument and channel, such as ``("SDO", "HMI", "magnetogram")``."""
    joined = " ".join(str(header.get(key, "")).strip().upper() for key in ("TELESCOP", "INSTRUME", "CONTENT"))
    if "HMI" in joined or "MDI" in joined:
        who = ("SDO", "HMI") if "HMI" in joined else ("SOHO", "MDI")
        return (*who, _observable(header))
    if "GONG" in joined:
        kind = {"MAGNETIC": "magnetogram", "VELOCITY": "dopplergram", "INTENSITY": "continuum"}
        return "GONG", "GONG", kind.get(str(header.get("IMTYPE", "")).strip().upper(), "image")
    if "AIA" in joined:
        return "SDO", "AIA", _wavelength(header)
    observatory = str(header.get("OBSRVTRY", "") or header.get("TELESCOP", "")).strip()[:60]
    return observatory, str(header.get("INSTRUME", "") or header.get("DETECTOR", "")).strip()[:60], _wavelength(header)


def _wavelength(header: Header) -> str:
    value = header.get("WAVELNTH")
    if isinstance(value, (int, float)) and value > 0:
        return f"{value:g}"
    return str(value or header.get("FILTER", "") or "image").strip()[:40]


def _observable(header: Header) -> str:
    content, unit = str(header.get("CONTENT", "")).lower(), unit_of(header)
    names = ("magnetogram", "continuum", "dopplergram", "bitmap")
    kind = next((name for name in names if name in content or name[:6] in content), "")
    by_unit = {"G": "magnetogram", "DN / s": "continuum", "DN": "continuum", "m / s": "dopplergram"}
    kind = content.capitalize() if content in _COMPONENTS else kind or by_unit.get(unit, "map")
    return f"{kind} patch" if any(_SHARP.match(key) for key in header) else kind


def unit_of(header: Header) -> str:
    """Return the unit as astropy writes it, or unchanged if it is not known."""
    text = str(header.get("BUNIT", "")).strip() or _BY_CONTENT.get(str(header.get("CONTENT", "")).lower(), "")
    if not text and str(header.get("INSTRUME", "")).upper().startswith("AIA"):
        return "DN"  # level 1 takes that for granted
    return DISPLAY if "display" in text.lower() else _UNITS.get(text.upper(), text[:40])


def moment_of(header: Header, name: str) -> datetime:
    """Return the middle of the exposure, UTC.

    ``T_OBS`` is that middle, in TAI where it says so. Without it, half of the exposure is added to the start.

    Raises
    ------
    InvalidInputError
        If there is no time.
    """
    for key in ("T_OBS", "DATE-AVG"):
        if (text := str(header.get(key, "")).strip()) and (found := _time(text)):
            return found
    exposure = header.get("EXPTIME", header.get("XPOSURE", 0.0))
    half = timedelta(seconds=exposure / 2 if isinstance(exposure, (int, float)) and 0 <= exposure < 1e5 else 0)
    for key in ("DATE-BEG", "DATE-OBS", "DATE_OBS", "T_REC"):
        if (text := str(header.get(key, "")).strip()) and (found := _time(text)):
            return found + half
    raise InvalidInputError(f"{name}: no time in T_OBS, DATE-BEG or DATE-OBS")


def _time(text: str) -> datetime | None:
    if not np.isnat(found := utc_times([text.upper()])[0]):
        return from_datetime64(found)
    # Other spellings, such as days and slashes.
    from astropy.time import Time

    load("sunpy")
    from sunpy.time import parse_time

    tai = text.upper().endswith("_TAI")
    text = text.removesuffix("Z").removesuffix("_TAI").removesuffix("_UTC")
    try:
        moment = parse_time(text, scale="tai").utc if tai else Time(parse_time(text), scale="utc")
        return parse_utc(moment.isot + "Z")
    except (ValueError, InvalidInputError):
        return None


def observer_of(header: Header, moment: datetime) -> Observer:
    """Return the position of the instrument; the Earth if the header has none or an impossible one."""
    load("sunpy")
    from sunpy.coordinates.sun import L0

    latitude = _float(header, "HGLT_OBS", "CRLT_OBS", "SOLAR_B0", "B0")
    longitude = _float(header, "HGLN_OBS")
    if longitude is None and (carrington := _float(header, "CRLN_OBS")) is not None:
        longitude = (carrington - float(L0(moment.replace(tzinfo=None)).deg) + 180) % 360 - 180
    distance = _float(header, "DSUN_OBS") or _heliocentric(header)
    au = distance / AU if distance is not None else 0.0
    if latitude is None or not _NEAREST < au < _FARTHEST:
        earth = _earth(moment)
        latitude = earth[0] if latitude is None else latitude
        au = au if _NEAREST < au < _FARTHEST else earth[1]
    return Observer(
        name=str(header.get("OBSRVTRY", "") or header.get("TELESCOP", "")).strip()[:60] or "earth",
        hgs_longitude=longitude if longitude is not None else 0.0,
        hgs_latitude=latitude,
        distance=au,
    )


def _earth(moment: datetime) -> tuple[float, float]:
    """Return heliographic latitude [deg] and distance [au] of the Earth."""
    load("sunpy")
    from sunpy.coordinates import get_earth

    earth = get_earth(moment.replace(tzinfo=None))
    return float(earth.lat.deg), float(earth.radius.au)


def _heliocentric(header: Header) -> float | None:
    """Distance [m] of a spacecraft that gives its heliocentric ecliptic position [km], as SOHO/EIT does."""
    place = [_float(header, f"HEC_{axis}") for axis in "XYZ"]
    return math.hypot(*(part for part in place if part is not None)) * 1e3 if None not in place else None


def geometry_of(header: Header, observer: Observer, name: str) -> Geometry:
    """Return the geometry of a helioprojective image.

    Raises
    ------
    InvalidInputError
        If there is no helioprojective coordinate system, or it makes no sense.
    """
    if not (kind := str(header.get("CTYPE1", ""))).upper().startswith("HPLN"):
        raise InvalidInputError(f"{name}: no helioprojective coordinates; CTYPE1 is {kind!r:.40}")
    unit = _ARCSECONDS.get(str(header.get("CUNIT1", "")).strip().lower())
    numbers = {key: _float(header, key) for key in ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2")}
    missing = [key for key, number in numbers.items() if number is None]
    if unit is None or missing:
        raise InvalidInputError(f"{name}: no coordinates; {', '.join(missing) or 'CUNIT1'} cannot be read")
    pixel, value = (np.array([numbers[f"{key}1"], numbers[f"{key}2"]], float) for key in ("CRPIX", "CRVAL"))
    value = value * unit
    scale, rotation = _turned_squares(_matrix(header, name) * unit, name)
    turn = np.array([[math.cos(rotation), -math.sin(rotation)], [math.sin(rotation), math.cos(rotation)]])
    # The reference pixel lies at `value`; the Sun's centre is as far from it in the other direction.
    center = pixel - 1 - turn.T @ value / scale
    radius = _float(header, "RSUN_OBS", "RSUN", "SOLAR_R0") or limb(observer)
    return Geometry(center=(float(center[0]), float(center[1])), scale=scale, rotation=rotation, radius=radius)


def _matrix(header: Header, name: str) -> NDArray[np.float64]:
    """Return the matrix from pixels to world coordinates, from CD, from PC and CDELT, or from an angle and CDELT."""
    parts = [f"{row}_{column}" for row in (1, 2) for column in (1, 2)]
    given = {kind: [_float(header, kind + part) for part in parts] for kind in ("CD", "PC")}
    if any(part is not None for part in given["CD"]):
        return np.array([part or 0.0 for part in given["CD"]]).reshape(2, 2)
    steps = [_float(header, "CDELT1"), _float(header, "CDELT2")]
    if None in steps:
        raise InvalidInputError(f"{name}: no coordinates; CDELT cannot be read")
    angle = math.radians(_float(header, "CROTA2", "CROTA") or 0.0)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    if any(part is not None for part in given["PC"]):
        known = [1.0 if part is None and number in (0, 3) else part or 0.0 for number, part in enumerate(given["PC"])]
        turn = np.array(known).reshape(2, 2)
    matrix: NDArray[np.float64] = np.diag(np.array(steps, float)) @ turn
    return matrix


def _turned_squares(matrix: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Return size [arcsec] and rotation [rad] of pixels; raises an error for mirrored or sheared ones."""
    (a, b), (c, d) = matrix
    scale = math.sqrt(max(0.0, a * d - b * c))
    if not 0 < scale <= _LARGEST_PIXEL or max(abs(a - d), abs(b + c)) > _NOT_SQUARE * scale:
        told = f"({a:g}, {b:g}; {c:g}, {d:g})"
        raise InvalidInputError(f"{name}: a pixel's steps are {told} arcsec; expected turned squares, none mirrored")
    return scale, math.atan2(c - b, a + d)


def _float(header: Header, *keys: str) -> float | None:
    for key in keys:
        value = header.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None
