"""Zarr stores in the layout of the SDO ML dataset, made for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numcodecs import Blosc
from numpy.typing import NDArray

__all__ = ["CHUNK", "change_attributes", "make_channel", "pixels_of"]

CHUNK = 4


def pixels_of(number: int, side: int = 32) -> NDArray[np.float32]:
    """Return image `number`: a bright square on a background that tells which image it is."""
    image = np.full((side, side), 10.0 + number, dtype=np.float32)
    image[18:22, 20:24] = 500.0
    return image


def make_channel(
    root: Path, *, year: str = "2014", name: str = "171A", times: list[str], side: int = 32, **lists: Any
) -> Path:
    """Write a channel with one image a time; returns its folder."""
    group = zarr.open_group(root, mode="a", zarr_format=2).require_group(year)
    compressor = Blosc(cname="zstd", clevel=5, shuffle=Blosc.BITSHUFFLE)
    shape = (len(times), side, side)
    array = group.create_array(name, shape=shape, chunks=(CHUNK, side, side), dtype="f4", compressors=compressor)
    array[:] = np.stack([pixels_of(number, side) for number in range(len(times))])
    n = len(times)
    magnetic = name.startswith("B")
    values = {
        "T_OBS": times,
        "TELESCOP": ["SDO/HMI" if magnetic else "SDO/AIA"] * n,
        "CTYPE1": ["HPLN-TAN"] * n,
        "INSTRUME": ["HMI_SIDE1" if magnetic else "AIA_3"] * n,
        "PIXLUNIT": ["Gauss" if magnetic else "DN/s"] * n,
        "CTYPE2": ["HPLT-TAN"] * n,
        "CUNIT1": ["arcsec"] * n,
        "CUNIT2": ["arcsec"] * n,
        "CRVAL1": [0.0] * n,
        "CRVAL2": [0.0] * n,
        "CRPIX1": [(side + 1) / 2] * n,
        "CRPIX2": [(side + 1) / 2] * n,
        "CDELT1": [4.8 * 512 / side * 973.6 / 976] * n,
        "CDELT2": [4.8 * 512 / side * 973.6 / 976] * n,
        "RSUN_OBS": [973.6] * n,
        "DSUN_OBS": [147.454e9] * n,
        "CRLT_OBS": [-6.17] * n,
        "CRLN_OBS": [113.77] * n,
        "CROTA2": [0.0] * n,
        "QUALITY": [0.0] * n,
        "NAXIS": [2.0] * n,
        "OSCNMEAN": ["nan"] * n,
    }
    if not magnetic:
        values |= {"EXPTIME": [1.9 + 0.1 * (k % 3) for k in range(n)], "WAVELNTH": [171.0] * n, "DEG_COR": [0.8] * n}
    array.attrs.put(values | lists)
    return root / year / name


def change_attributes(channel: Path, **changes: Any) -> None:
    """Replace attributes; None removes one."""
    file = channel / ".zattrs"
    values = json.loads(file.read_text()) | changes
    file.write_text(json.dumps({key: value for key, value in values.items() if value is not None}))
