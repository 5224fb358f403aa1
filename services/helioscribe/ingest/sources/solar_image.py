"""Images of the Sun from FITS and JPEG 2000 files: SDO, SOHO, GONG and whoever writes the same coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.libraries import load
from helioscribe.domain.product import SolarImage
from helioscribe.domain.times import format_utc, to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Hdu
from helioscribe.ingest.sources.images.decode import Pixels, image_hdu, read_pixels
from helioscribe.ingest.sources.images.degradation import KEYWORDS, correction
from helioscribe.ingest.sources.images.header import (
    DISPLAY,
    Geometry,
    geometry_of,
    identity_of,
    moment_of,
    observer_of,
    repaired,
    unit_of,
)
from helioscribe.ingest.sources.images.jpeg2000 import read_jpeg2000
from helioscribe.ingest.sources.images.prepare import Grid, full_disk_grid, is_full_disk, prepare
from helioscribe.ingest.sources.images.quality import quality_notes
from helioscribe.ingest.sources.observer import keywords_of
from helioscribe.ingest.sources.stix_maps import light_travel_time

__all__ = ["is_solar_image", "read_display_image", "read_solar_image"]

_NEAR_NORTH = np.radians(0.5)
_KEPT = (
    "TELESCOP",
    "OBSRVTRY",
    "INSTRUME",
    "DETECTOR",
    "WAVELNTH",
    "WAVEUNIT",
    "CONTENT",
    "IMTYPE",
    "QUALITY",
    "LVL_NUM",
    "CAMERA",
    "EXPTIME",
    "XPOSURE",
    "T_REC",
    "HARPNUM",
    "TARPNUM",
    "NOAA_AR",
    "NOAA_ARS",
    "CADENCE",
    "RSUN_REF",
    "DEG_COR",
    *KEYWORDS,
)
_PLACE = (
    "CTYPE1",
    "CTYPE2",
    "CUNIT1",
    "CUNIT2",
    "CRPIX1",
    "CRPIX2",
    "CRVAL1",
    "CRVAL2",
    "CDELT1",
    "CDELT2",
    "CROTA2",
    "PC1_1",
    "PC1_2",
    "PC2_1",
    "PC2_2",
    "CRLN_OBS",
    "CRLT_OBS",
    "LONPOLE",
    "WCSNAME",
)


def is_solar_image(hdus: Sequence[Hdu]) -> bool:
    """Whether a file has an image in its first or second HDU whose header speaks of a telescope."""
    index = image_hdu(hdus)
    return index is not None and any(hdus[index].header.get(key) for key in ("TELESCOP", "INSTRUME", "OBSRVTRY"))


def read_solar_image(
    hdus: Sequence[Hdu], data: bytes, name: str, *, pixels: int, aia_table: Path | None = None
) -> SourceFile:
    """Read and prepare an image.

    Parameters
    ----------
    hdus, data
        The file, scanned and whole.
    name
        For messages.
    pixels
        Largest number of pixels along a side of a full disk; patches and cut-outs keep theirs.
    aia_table
        The instrument team's table of AIA's degradation; without it, none is corrected.

    Raises
    ------
    InvalidInputError
        If there are no coordinates or time, no pixel has a value, or the image must not be used.
    """
    index = image_hdu(hdus)
    assert index is not None  # `is_solar_image` has seen it
    header = repaired(hdus[index].header, name)
    _check_coordinates(header, name)
    stored = _disk_only(read_pixels(hdus, index, data, name), header)
    file = _source_file(header, stored, unit_of(header), name, pixels=pixels, aia_table=aia_table)
    return _for_display(file) if file.product.unit == DISPLAY else file


def read_display_image(data: bytes, name: str, *, pixels: int) -> SourceFile:
    """Read a JPEG 2000 image of Helioviewer; its values are brightness on a screen, whatever its header says.

    Raises
    ------
    InvalidInputError
        As `read_solar_image` does, and if the file is broken.
    """
    header, values = read_jpeg2000(data, name)
    header = repaired(header, name)
    _check_coordinates(header, name)
    return _for_display(_source_file(header, Pixels(stored=values), DISPLAY, name, pixels=pixels))


def _for_display(file: SourceFile) -> SourceFile:
    notes = ("display values of 8 bit, not physical ones", *file.quality)
    return replace(file, channel=f"{file.channel} (display)", level="display", quality=notes)


def _disk_only(pixels: Pixels, header: dict[str, Any]) -> Pixels:
    """Return GONG's pixels without the one number that it writes everywhere off the limb."""
    stored = pixels.stored
    if "FNDLMBXC" not in header or not isinstance(stored, np.ndarray):
        return pixels
    corners = stored[[0, 0, -1, -1], [0, -1, 0, -1]]
    return replace(pixels, stored=np.where(stored == corners[0], np.nan, stored)) if np.ptp(corners) == 0 else pixels


def _check_coordinates(header: dict[str, Any], name: str) -> None:
    kind = str(header.get("CTYPE1", "")).upper()
    if not kind.startswith(("HPLN", "CRLN")):
        raise InvalidInputError(f"{name}: an image without solar coordinates; CTYPE1 is {kind!r:.40}")
    if kind.startswith("CRLN") and not {"HARPNUM", "TARPNUM"} & set(header):
        raise InvalidInputError(f"{name}: a map of the whole Sun over time, not an image of a moment")


def _source_file(
    header: dict[str, Any], stored: Pixels, unit: str, name: str, *, pixels: int, aia_table: Path | None = None
) -> SourceFile:
    observatory, instrument, channel = identity_of(header)
    notes, useless = quality_notes(header, instrument, _level(header))
    if useless:
        raise InvalidInputError(f"{name}: not usable, QUALITY says: {useless}")
    moment = moment_of(header, name)
    observer = observer_of(header, moment)
    values, place, whole = _placed(header, stored, observer, name, pixels=pixels)
    if not np.isfinite(values).any():
        raise InvalidInputError(f"{name}: no pixel has a value")
    values, unit, exposure = _normalised(values, unit, header)
    corrected: dict[str, str | int | float | bool] = {}
    if instrument == "AIA" and unit == "DN / s":
        factor, corrected = correction(header, channel, moment, aia_table)
        values = values / np.float32(factor) if corrected else values
    image = SolarImage(
        observatory=observatory,
        instrument=instrument,
        channel=channel,
        time=to_datetime64(moment),
        exposure=exposure,
        pixels=values,
        unit=unit,
        header=_kept(header) | corrected | place | _observed(header, observer, moment, unit),
        mask=~np.isfinite(values),
        observer=observer,
        light_travel_time=light_travel_time(observer, moment),
    )
    shown = channel if whole or unit != "G" or "patch" in channel else f"{channel} cut-out"
    return SourceFile(product=image, channel=shown, level=_level(header), quality=notes)


def _normalised(
    values: NDArray[np.float32], unit: str, header: dict[str, Any]
) -> tuple[NDArray[np.float32], str, float]:
    """Divide counts by the exposure, once: what is a rate already stays."""
    exposure = next((header[key] for key in ("EXPTIME", "XPOSURE") if isinstance(header.get(key), (int, float))), 0.0)
    if unit in ("DN", "ct") and 0 < exposure < 1e5:
        return values / np.float32(exposure), f"{unit} / s", float(exposure)
    return values, unit, float(exposure) if 0 <= exposure < 1e5 else 0.0


def _placed(
    header: dict[str, Any], stored: Pixels, observer: Observer, name: str, *, pixels: int
) -> tuple[NDArray[np.float32], dict[str, str | int | float | bool], bool]:
    """Return the pixels with north up, their coordinates, and whether they show the whole disk."""
    if str(header["CTYPE1"]).upper().startswith("CRLN"):
        return stored.physical(), {key: header[key] for key in _PLACE if key in header}, False
    geometry = geometry_of(header, observer, name)
    if is_full_disk(geometry, stored.shape):
        grid = full_disk_grid(geometry, pixels=pixels)
        return prepare(stored, geometry, grid), _coordinates(grid, geometry), True
    values = stored.physical()
    if abs(abs(geometry.rotation) - np.pi) < _NEAR_NORTH:
        # Upside down, as HMI's camera is: a half turn needs no interpolation.
        values, geometry = _half_turn(values, geometry)
    return np.ascontiguousarray(values), _cut_out(geometry), False


def _half_turn(values: NDArray[np.float32], geometry: Geometry) -> tuple[NDArray[np.float32], Geometry]:
    rows, columns = values.shape
    x, y = geometry.center
    turned = Geometry(
        center=(columns - 1 - x, rows - 1 - y),
        scale=geometry.scale,
        rotation=(geometry.rotation + 2 * np.pi) % (2 * np.pi) - np.pi,
        radius=geometry.radius,
    )
    return values[::-1, ::-1], turned


def _coordinates(grid: Grid, geometry: Geometry) -> dict[str, str | int | float | bool]:
    middle = (grid.side + 1) / 2
    return _cut_out(Geometry(center=(middle - 1, middle - 1), scale=grid.scale, rotation=0.0, radius=geometry.radius))


def _cut_out(geometry: Geometry) -> dict[str, str | int | float | bool]:
    cos, sin = float(np.cos(geometry.rotation)), float(np.sin(geometry.rotation))
    return {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": "arcsec",
        "CUNIT2": "arcsec",
        "CRVAL1": 0.0,
        "CRVAL2": 0.0,
        "CRPIX1": geometry.center[0] + 1,
        "CRPIX2": geometry.center[1] + 1,
        "CDELT1": geometry.scale,
        "CDELT2": geometry.scale,
        "PC1_1": cos,
        "PC1_2": -sin,
        "PC2_1": sin,
        "PC2_2": cos,
        "RSUN_OBS": geometry.radius,
        "SOLAR_R": geometry.radius / geometry.scale,
    }


def _observed(
    header: dict[str, Any], observer: Observer, moment: datetime, unit: str
) -> dict[str, str | int | float | bool]:
    text = format_utc(moment).removesuffix("Z")
    carrington = header.get("CRLN_OBS")
    if not isinstance(carrington, (int, float)) or not np.isfinite(carrington):
        load("sunpy")
        from sunpy.coordinates.sun import L0

        carrington = float(L0(text).deg) + observer.hgs_longitude
    return {
        # SDO's maps look for T_OBS first.
        "DATE-OBS": text,
        "T_OBS": text,
        "TIMESYS": "UTC",
        "BUNIT": unit,
        "CRLT_OBS": observer.hgs_latitude,
        "CRLN_OBS": carrington % 360,
        **keywords_of(observer),
    }


def _kept(header: dict[str, Any]) -> dict[str, str | int | float | bool]:
    kept = {key: header[key] for key in _KEPT if isinstance(header.get(key), (str, int, float, bool))}
    return {key: value[:120] if isinstance(value, str) else value for key, value in kept.items()}


def _level(header: dict[str, Any]) -> str:
    level = header.get("LVL_NUM", header.get("LEVEL", ""))
    return f"{level:g}" if isinstance(level, (int, float)) else str(level).strip()[:10]
