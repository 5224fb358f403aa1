"""Writes STIX maps with sources at known places, as the three known writers lay them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

__all__ = ["CLEAN_NAME", "source_map", "write_map"]

CLEAN_NAME = "stix_ql_image_sci_11699_uid_2204146345_4-10keV_20220414T173020_5263_clean_map.fits"


def source_map(
    *places: tuple[float, float], size: int = 257, step: float = 1.0, noise: float = 0.02
) -> NDArray[np.float32]:
    """Gaussian sources of 16 arcsec at places [arcsec] from the middle, with noise."""
    offset = (np.arange(size) - (size - 1) / 2) * step
    x, y = np.meshgrid(offset, offset)
    image = noise * np.random.default_rng(0).normal(size=(size, size))
    for tx, ty in places:
        image += 10 * np.exp(-((x - tx) ** 2 + (y - ty) ** 2) / (2 * 7.0**2))
    return image.astype(np.float32)


def write_map(
    path: Path, pixels: NDArray[Any] | None = None, *, style: str = "full", compressed: bool = False, **changes: Any
) -> Path:
    """Write a map.

    Parameters
    ----------
    path
        Of the file.
    pixels
        One source in the middle by default.
    style
        ``full``, the header of `stx_map2fits`; ``centre``, that of the data centre; ``quicklook``, the bare one.
    compressed
        Whether it is a RICE-compressed extension.
    **changes
        Keywords to set, or to remove where None; ``__`` stands for ``-``.
    """
    pixels = source_map((0.0, 0.0)) if pixels is None else pixels
    header = fits.Header(_cards(style, pixels.shape) | {})
    for key, value in changes.items():
        name = key.replace("__", "-")
        header.remove(name, ignore_missing=True)
        if value is not None:
            header[name] = value
    if compressed:
        hdus = [fits.PrimaryHDU(), fits.CompImageHDU(pixels, header, compression_type="RICE_1", quantize_level=16)]
    else:
        hdus = [fits.PrimaryHDU(pixels, header)]
    fits.HDUList(hdus).writeto(path)
    return path


def _cards(style: str, shape: tuple[int, ...]) -> dict[str, Any]:
    middle = {"CRPIX1": (shape[1] + 1) / 2, "CRPIX2": (shape[0] + 1) / 2, "CDELT1": 1.0, "CDELT2": 1.0}
    if style == "quicklook":
        return middle | {
            "CTYPE1": "solar_x",
            "CTYPE2": "solar_y",
            "CUNIT1": "arcsecs",
            "CUNIT2": "arcsecs",
            "CRVAL1": 0,
            "CRVAL2": 0,
            "DATE_OBS": "15-Feb-2022 18:12:19.918",
            "EXPTIME": 60.0,
            "ORIGIN": "STIX VIS_PSO 4-10 keV: ",
            "CROTA2": -3.0,
            "L0": -17.2,
            "B0": -3.1,
            "RSUN": 1326.056,
        }
    place = {
        "CRVAL1": 400.0,
        "CRVAL2": -150.0,
        "HGLN_OBS": -23.2,
        "HGLT_OBS": 7.95,
        "DSUN_OBS": 8.9e10,
        "RSUN_OBS": 1609.5,
    }
    common = middle | place | {"TELESCOP": "SOLO/STIX", "INSTRUME": "STIX", "OBSRVTRY": "Solar Orbiter"}
    if style == "centre":
        return common | {"DATE_OBS": "14-Apr-2022 17:31:20.000", "EXPTIME": 120.0, "ORIGIN": "STIX CLEAN: "}
    return common | {
        "DATE-BEG": "2022-11-09 18:01:05.317",
        "DATE-END": "2022-11-09 18:03:06.817",
        "ALG_USED": "STX BPROJ",
        "ENERGY_L": "      6.00000",
        "ENERGY_H": "      10.0000",
        "EAR_TDEL": 193.8,
        "LEVEL": "L1",
        "BUNIT": "ct",
        "FLNM_SCI": "solo_L1_stix-sci-xray-cpd_20221109T175345-20221109T182034_V01_2211090288-54689.fits",
    }
