"""One image of a zarr store as a FITS file, so that it goes the way of all files: kept, known by its digest, read."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_fits"]

_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8}")


def as_fits(pixels: NDArray[np.float32], header: Mapping[str, str | int | float | bool]) -> bytes:
    """Return an image as FITS; the same image gives the same bytes.

    Parameters
    ----------
    pixels
        Shape (y, x), row 0 at the south.
    header
        Keywords; those that FITS does not allow are left out.
    """
    from astropy.io import fits

    cards = fits.Header()
    for key, value in header.items():
        if _KEYWORD.fullmatch(key):
            cards[key] = _plain(value) if isinstance(value, str) else value
    stream = io.BytesIO()
    fits.PrimaryHDU(pixels.astype(">f4"), cards).writeto(stream, output_verify="silentfix")
    return stream.getvalue()


def _plain(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
