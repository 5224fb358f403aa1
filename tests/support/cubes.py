"""Cubes of images with their times, made for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

__all__ = ["CUBE", "write_cube"]

CUBE: dict[str, Any] = {
    "TELESCOP": "SDO/AIA",
    "INSTRUME": "AIA",
    "WAVELNTH": 304,
    "CTYPE1": "HPLN-TAN",
    "CTYPE2": "HPLT-TAN",
    "CUNIT1": "arcsec",
    "CUNIT2": "arcsec",
    "CRPIX1": 1.0,
    "CRPIX2": 1.0,
    "CRVAL1": 140.0,
    "CRVAL2": -460.0,
    "CDELT1": 2.0,
    "CDELT2": 2.01,
    "DATE-OBS": "2011-03-29T20:43:32",
    "CTYPE3": "TIME",
    "CUNIT3": "s",
    "CRPIX3": 1.0,
    "CRVAL3": 0.0,
    "CDELT3": 24.0,
}
"""As in cubes that were made of rendered cut-outs of AIA."""


def write_cube(
    path: Path,
    pixels: NDArray[Any] | None = None,
    *,
    seconds: list[float] | None = None,
    table: bool = True,
    compressed: bool = False,
    **changes: Any,
) -> Path:
    """Write a cube, 24 s a frame from 20:43:32 by default; a keyword of None is left out."""
    if pixels is None:
        pixels = np.random.default_rng(1).integers(0, 255, (6, 20, 30)).astype(np.uint8)
    header = fits.Header({key: value for key, value in (CUBE | changes).items() if value is not None})
    if compressed:
        image = fits.CompImageHDU(pixels, header, name="CUBE", compression_type="RICE_1")
    else:
        image = fits.ImageHDU(pixels, header, name="CUBE")
    hdus = [fits.PrimaryHDU(), image]
    if table:
        after = seconds if seconds is not None else [24.0 * frame for frame in range(len(pixels))]
        begin = datetime(2011, 3, 29, 20, 43, 32)
        texts = [(begin + timedelta(seconds=one)).isoformat(timespec="seconds") for one in after]
        columns = [
            fits.Column(name="frame", format="I", array=np.arange(len(texts))),
            fits.Column(name="time", format="19A", array=np.array(texts)),
        ]
        hdus.append(fits.BinTableHDU.from_columns(columns, name="TIMES"))
    fits.HDUList(hdus).writeto(path, output_verify="silentfix")
    return path
