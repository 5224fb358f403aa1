"""Images of the Sun as FITS files, made for tests: a spot north-west of the centre, in a header of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

__all__ = ["HMI", "sun", "write_image"]

HMI: dict[str, Any] = {
    "TELESCOP": "SDO/HMI",
    "INSTRUME": "HMI_FRONT2",
    "CONTENT": "MAGNETOGRAM",
    "BUNIT": "Gauss",
    "QUALITY": 0,
    "T_OBS": "2014.03.01_00:01:25_TAI",
    "CTYPE1": "HPLN-TAN",
    "CTYPE2": "HPLT-TAN",
    "CUNIT1": "arcsec",
    "CUNIT2": "arcsec",
    "CRVAL1": 0.0,
    "CRVAL2": 0.0,
    "CDELT1": 10.0,
    "CDELT2": 10.0,
    "CROTA2": 0.0,
    "RSUN_OBS": 968.66,
    "DSUN_OBS": 148_206_000_000.0,
    "CRLT_OBS": -7.2,
    "CRLN_OBS": 60.0,
}


def sun(
    side: int = 240, *, spot: tuple[float, float] = (400.0, 300.0), rotation: float = 0.0, scale: float = 10.0
) -> NDArray[np.float32]:
    """Return a disk of 968.66 arcsec with a spot of 1000 at (west, north) [arcsec]; NaN off the limb.

    `rotation` [deg] is what CROTA2 says of the image.
    """
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) * scale
    angle = np.radians(rotation)
    west, north = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    image = 1000 * np.exp(-((west - spot[0]) ** 2 + (north - spot[1]) ** 2) / (2 * 40.0**2))
    image[np.hypot(west, north) > 968.66] = np.nan
    return image.astype(np.float32)


def write_image(path: Path, pixels: NDArray[Any], *, compressed: bool = False, **changes: Any) -> Path:
    """Write pixels with HMI's header and some changes; a value of None removes a keyword."""
    side_y, side_x = pixels.shape
    values = HMI | {"CRPIX1": (side_x + 1) / 2, "CRPIX2": (side_y + 1) / 2} | changes
    header = fits.Header({key: value for key, value in values.items() if value is not None})
    if compressed:
        hdus = [fits.PrimaryHDU(), fits.CompImageHDU(pixels, header, compression_type="RICE_1")]
    else:
        hdus = [fits.PrimaryHDU(pixels, header)]
    fits.HDUList(hdus).writeto(path, output_verify="silentfix")
    return path
