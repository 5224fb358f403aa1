"""Light curves of SoLEXS on Aditya-L1: counts a second of one detector, in the OGIP form."""

from __future__ import annotations

from typing import Any

import numpy as np

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Table
from helioscribe.ingest.sources.xray.series import LONGEST

__all__ = ["is_solexs", "read_solexs"]

_BAND = (2.0, 22.0)  # Sankarasubramanian et al. 2025, Sol. Phys. 300
_MJD_UNIX = 40587.0
_L1 = Observer(name="Aditya-L1", hgs_longitude=0.0, hgs_latitude=0.0, distance=0.99)
_SECONDS_TO_EARTH = 5.0  # 1.5 million km


def is_solexs(hdus: Any) -> bool:
    """Whether a file is a light curve of SoLEXS."""
    return any(str(hdu.header.get("INSTRUME", "")).strip().upper() == "SOLEXS" for hdu in hdus[:2])


def read_solexs(hdus: Any, name: str) -> SourceFile:
    """Read the counts of 2 to 22 keV; samples without a number are not good.

    Raises
    ------
    InvalidInputError
        If it holds no light curve, or times that are not UTC.
    """
    table = Table(hdus, "RATE", file=name)
    header = next(hdu.header for hdu in hdus[1:] if hdu.name == "RATE")
    seconds = np.asarray(table.column("time"), float).reshape(-1)
    counts = np.asarray(table.column("counts"), float).reshape(-1)
    if header.get("TIMESYS") != "UTC" or not np.isfinite(seconds).all() or not 0 < seconds.size <= LONGEST:
        raise InvalidInputError(f"{name}: expected times in UTC, got {header.get('TIMESYS')!r}, {seconds.size} samples")
    width = float(header.get("TIMEDEL", 1.0))
    days = float(header.get("MJDREFI", _MJD_UNIX)) + float(header.get("MJDREFF", 0.0)) - _MJD_UNIX
    unix = days * 86_400 + float(header.get("TIMZERO", 0.0)) + seconds + width / 2
    known = np.isfinite(counts)
    curve = LightCurve(
        observatory="Aditya-L1",
        instrument="SoLEXS",
        times=np.round(unix * 1e9).astype(np.int64).astype("datetime64[ns]"),
        exposure=np.full(seconds.size, width),
        counts=counts[:, None],
        errors=np.sqrt(np.maximum(counts, 0))[:, None],
        energies=np.array([_BAND]),
        live_fraction=np.ones(seconds.size),
        attenuator=np.zeros(seconds.size, np.uint8),
        good=known,
        observer=_L1,
        light_travel_time=_SECONDS_TO_EARTH,
    )
    return SourceFile(product=curve, channel=f"{_BAND[0]:g}-{_BAND[1]:g} keV", level="L1")
