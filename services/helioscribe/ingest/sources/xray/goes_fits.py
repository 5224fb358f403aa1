"""GOES X-ray sensor FITS files as light curves of irradiance, as the Solar Data Analysis Center published them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Table
from helioscribe.ingest.sources.xray.series import irradiance_curve, since

__all__ = ["is_goes", "read_goes"]

_DATES = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d")


def is_goes(hdus: Any) -> bool:
    """Whether a file is a GOES X-ray sensor's."""
    header = hdus[0].header
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
    if len(flux) != len(seconds) or len(wavelengths) != flux.shape[1]:
        raise InvalidInputError(
            f"{name}: times of shape {seconds.shape}, fluxes {flux.shape}, edges {wavelengths.shape}"
        )
    usable = np.isfinite(seconds)
    seconds, flux = np.round(seconds[usable], 3), flux[usable]
    # Missing samples are -99999.
    flux[~(flux > 0)] = np.nan
    curve = irradiance_curve(
        observatory=str(header.get("TELESCOP", "GOES")).strip(),
        instrument="XRS",
        times=since(_midnight(header, name), seconds),
        flux=flux,
        angstrom=wavelengths,
        good=np.isfinite(flux).all(axis=1),
    )
    bands = curve.energies
    return SourceFile(product=curve, channel=f"{bands[0, 0]:.3g}-{bands[-1, 1]:.3g} keV", level="L1")


def _midnight(header: Any, name: str) -> datetime:
    text = str(header.get("DATE-OBS", "")).strip()
    for form in _DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # UTC, as all that counts from it
        except ValueError:
            continue
    raise InvalidInputError(f"{name}: DATE-OBS is {text!r}, expected a date such as 07/06/2011")
