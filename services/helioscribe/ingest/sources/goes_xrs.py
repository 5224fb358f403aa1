"""GOES X-ray sensor FITS files as light curves of irradiance, as the Solar Data Analysis Center published them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Table

__all__ = ["is_goes", "read_goes"]

_KEV_ANGSTROM = 12.398419843320026  # h c, CODATA 2018
_BAD = -99999.0
_DATES = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d")


def is_goes(header: Any) -> bool:
    """Whether a primary header is a GOES X-ray sensor's."""
    return "GOES" in str(header.get("TELESCOP", "")).upper() and "X-RAY" in str(header.get("INSTRUME", "")).upper()


def read_goes(hdus: Any, name: str) -> SourceFile:
    """Read a day of GOES XRS irradiance [W / m2] in its two bands.

    Raises
    ------
    InvalidInputError
        If a table or the date is missing.
    """
    header = hdus[0].header
    fluxes, edges = Table(hdus, "FLUXES", file=name), Table(hdus, "EDGES", file=name)
    seconds = np.asarray(fluxes.column("time"), float).reshape(-1)
    flux = np.asarray(fluxes.column("flux"), float).reshape(-1, 2)
    wavelengths = np.asarray(edges.column("edges"), float).reshape(-1, 2)
    if len(flux) != len(seconds) or not len(seconds) or len(wavelengths) != flux.shape[1]:
        raise InvalidInputError(
            f"{name}: times of shape {seconds.shape}, fluxes {flux.shape}, edges {wavelengths.shape}"
        )
    bands = _KEV_ANGSTROM / wavelengths[:, ::-1]
    order = np.argsort(bands[:, 0], kind="stable")
    curve = _curve(header, _midnight(header, name), seconds, flux[:, order], bands[order])
    return SourceFile(product=curve, channel=f"{bands[order][0, 0]:.3g}-{bands[order][-1, 1]:.3g} keV", level="L1")


def _midnight(header: Any, name: str) -> np.datetime64:
    text = str(header.get("DATE-OBS", "")).strip()
    for form in _DATES:
        try:
            return to_datetime64(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    raise InvalidInputError(f"{name}: DATE-OBS is {text!r}, expected a date such as 07/06/2011")


def _curve(
    header: Any,
    midnight: np.datetime64,
    seconds: NDArray[np.float64],
    flux: NDArray[np.float64],
    bands: NDArray[np.float64],
) -> LightCurve:
    usable = np.isfinite(seconds)
    seconds, first = np.unique(np.round(seconds[usable] * 1e3) / 1e3, return_index=True)
    values = flux[usable][first]
    good = np.asarray(((values > 0) & np.isfinite(values)).all(axis=1))
    values = np.where((values > 0) & (values != _BAD), values, np.nan)
    n = len(seconds)
    cadence = float(np.median(np.diff(seconds))) if n > 1 else 2.0
    return LightCurve(
        observatory=str(header.get("TELESCOP", "GOES")).strip(),
        instrument="XRS",
        times=midnight + np.round(seconds * 1e9).astype("timedelta64[ns]"),
        exposure=np.full(n, cadence),
        counts=values,
        errors=np.full_like(values, np.nan),
        energies=bands,
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=good,
        unit="W / m2",
        observer=Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0),
        light_travel_time=0.0,
    )
