"""STIX pixel data as images: one CLEAN map of the brightest minutes of the file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import SOLAR_RADIUS
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import SolarImage
from helioscribe.domain.times import format_utc, parse_utc, to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Hdu, Table
from helioscribe.ingest.sources.fits_tables import seconds_in
from helioscribe.ingest.sources.observer import keywords_of, stated_observer
from helioscribe.ingest.sources.stix_imaging import SIZE, STEP, CleanMap, image_pixels
from helioscribe.ingest.sources.stix_pointing import NOMINAL, Pointing, find_pointing

__all__ = ["THERMAL", "is_pixel_data", "read_pixel_data"]

THERMAL = (4.0, 10.0)
"""Default energy band of the image [keV]."""

_ENOUGH = 20_000
"""Number of counts for a good map; the integration is no longer than it takes to get them."""
_LONGEST = 600.0
_FEWEST = 1000
_PIXEL_DATA = (20, 21, 22)

Header = Mapping[str, Any]
Keywords = dict[str, str | int | float | bool]
Band = tuple[float, float]
Span = tuple[datetime, datetime]


def is_pixel_data(hdus: Sequence[Hdu]) -> bool:
    """Whether a file holds counts by detector, pixel and energy."""
    header = hdus[0].header
    return "STIX" in str(header.get("INSTRUME", "")).upper() and header.get("SSID") in _PIXEL_DATA


def read_pixel_data(
    hdus: Sequence[Hdu], data: bytes, name: str, *, ephemeris: Path | None = None, band: tuple[float, float] = THERMAL
) -> SourceFile:
    """Make a map of the brightest minutes.

    Parameters
    ----------
    hdus, data
        The file, scanned and whole.
    name
        For messages.
    ephemeris
        Folder of auxiliary ephemeris files; without the file of that day place and roll of the image are nominal.
    band
        Energies [keV].

    Raises
    ------
    InvalidInputError
        If the file cannot be imaged or holds too few counts.
    MissingDependencyError
        If the imaging libraries are not installed.
    """
    table = Table(hdus, "DATA", file=name)
    span, counts = _brightest(table, Table(hdus, "ENERGIES", file=name), hdus[0], band)
    if counts < _FEWEST:
        raise InvalidInputError(f"{name}: {counts:.0f} counts in {band[0]:g}-{band[1]:g} keV; a map needs {_FEWEST}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixels.fits"
        path.write_bytes(data)
        # Ends lie inside the bins, so that no neighbour is taken along.
        inner = (span[0] + timedelta(milliseconds=1), span[1] - timedelta(milliseconds=1))
        made = image_pixels(path, inner, band, name=name)
    pointing = find_pointing(ephemeris, *span) if ephemeris else None
    notes = () if pointing else ("no ephemeris of that day in HELIOSCRIBE_EPHEMERIS: place and roll are nominal",)
    image = _product(made, pointing or NOMINAL, hdus[0].header, band=band, span=span, counts=counts)
    return SourceFile(product=image, channel=image.channel, level="L1 imaged", quality=notes)


def _brightest(table: Table, energies: Table, primary: Hdu, band: Band) -> tuple[Span, float]:
    """Return the time around the peak with enough counts in one state of the attenuator, and the counts."""
    low, high = (np.asarray(energies.column(edge), float) for edge in ("e_low", "e_high"))
    inside = (low >= band[0]) & (high <= band[1])
    counts = np.asarray(table.column("counts"), float)
    if counts.ndim < 2 or counts.shape[-1] != inside.size or not inside.any():
        raise InvalidInputError(f"{table.file}: no channels in {band[0]:g}-{band[1]:g} keV")
    each = counts[..., inside].reshape(len(table), -1).sum(axis=1)
    middle, width = (
        np.asarray(table.column(key), float) * seconds_in(table.unit(key), where=f"{table.file}: {key}")
        for key in ("time", "timedel")
    )
    state = table.column("rcr") if table.has("rcr") else np.zeros(len(table))
    first, last = _around_peak(each, width, np.asarray(state))
    origin = parse_utc(str(primary.header.get("DATE-BEG", primary.header.get("DATE_BEG", ""))))
    ends = (middle[first] - width[first] / 2, middle[last] + width[last] / 2)
    start, end = (origin + timedelta(seconds=float(seconds)) for seconds in ends)
    return (start, end), float(each[first : last + 1].sum())


def _around_peak(
    counts: NDArray[np.float64], width: NDArray[np.float64], state: NDArray[np.generic]
) -> tuple[int, int]:
    first = last = int((counts / np.maximum(width, 1e-3)).argmax())
    while counts[first : last + 1].sum() < _ENOUGH and width[first : last + 1].sum() < _LONGEST:
        beside = [i for i in (first - 1, last + 1) if 0 <= i < counts.size and state[i] == state[first]]
        if not beside:
            break
        best = max(beside, key=lambda i: counts[i])
        first, last = min(first, best), max(last, best)
    return first, last


def _product(
    made: CleanMap, pointing: Pointing, header: Header, *, band: Band, span: Span, counts: float
) -> SolarImage:
    # Turned by the mounting's 90 degrees; what remains is the roll.
    pixels = np.ascontiguousarray(made.pixels.T[:, ::-1], np.float32)
    middle, delay = span[0] + (span[1] - span[0]) / 2, header.get("EAR_TDEL")
    observer = stated_observer(header, "Solar Orbiter")
    times: Keywords = {"DATE-OBS": format_utc(middle), "DATE-BEG": format_utc(span[0]), "DATE-END": format_utc(span[1])}
    facts: Keywords = {"ENERGY_L": band[0], "ENERGY_H": band[1], "ALG_USED": "CLEAN", "PHOTONS": round(counts)}
    return SolarImage(
        observatory="Solar Orbiter",
        instrument="STIX",
        channel=f"{band[0]:g}-{band[1]:g} keV",
        time=to_datetime64(middle),
        exposure=(span[1] - span[0]).total_seconds(),
        pixels=pixels,
        unit="ct / (s keV cm2 arcsec2)",
        header=_wcs(made, pointing) | keywords_of(observer) | times | facts | {"UID": _request(header)},
        mask=~np.isfinite(pixels),
        observer=observer,
        light_travel_time=float(delay) if isinstance(delay, int | float) else None,
    )


def _wcs(made: CleanMap, pointing: Pointing) -> Keywords:
    tx, ty = pointing.to_helioprojective(*made.centre)
    cos, sin = np.cos(np.radians(pointing.roll)), np.sin(np.radians(pointing.roll))
    return {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": "arcsec",
        "CUNIT2": "arcsec",
        "CRPIX1": (SIZE + 1) / 2,
        "CRPIX2": (SIZE + 1) / 2,
        "CRVAL1": tx,
        "CRVAL2": ty,
        "CDELT1": STEP,
        "CDELT2": STEP,
        "RSUN_REF": SOLAR_RADIUS,
        "PC1_1": float(cos),
        "PC1_2": float(-sin),
        "PC2_1": float(sin),
        "PC2_2": float(cos),
    }


def _request(header: Header) -> str:
    parts = str(header.get("FILENAME", "")).rpartition("_")[2].partition("-")
    return parts[0][:20] if parts[0].isdigit() else ""
