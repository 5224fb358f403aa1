"""Decodes the pixels of FITS images. They stay in their stored type until they are binned, to save memory."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.fits_scan import Hdu
from helioscribe.ingest.sources.images.rice import RiceImage, open_rice

__all__ = ["Pixels", "image_hdu", "read_pixels"]

_LONGEST_SIDE = 16_384
_TYPES = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pixels:
    """An image as stored in its file, mostly as integers, which take a quarter of the memory and time of floats."""

    stored: NDArray[Any] | RiceImage
    """Shape (y, x), in the order of the file; tiles are decoded when they are asked for."""

    scale: float = 1.0
    """Factor for stored numbers."""

    zero: float = 0.0
    """Offset added after that."""

    blank: int | None = None
    """Stored number of a missing pixel; NaN always is one, too."""

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (y, x)."""
        return self.stored.shape[0], self.stored.shape[1]

    def stripes(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield first rows and stored numbers of stripes, each good until the next.

        Raises
        ------
        InvalidInputError
            If a tile is broken.
        """
        if isinstance(self.stored, RiceImage):
            yield from self.stored.stripes()
        else:
            yield 0, self.stored

    def physical(self) -> NDArray[np.float32]:
        """Return the image in the unit of its header, NaN where a pixel is missing. Raises as `stripes` does."""
        stored = self.stored.whole() if isinstance(self.stored, RiceImage) else self.stored
        pixels = self.scaled(stored.astype(np.float32))
        if self.blank is not None:
            pixels[stored == self.blank] = np.nan
        return pixels

    def scaled(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return stored numbers, or means of them, in the unit of the header; in place."""
        if self.scale != 1.0:
            numbers *= np.float32(self.scale)
        if self.zero != 0.0:
            numbers += np.float32(self.zero)
        return numbers


def image_hdu(hdus: Sequence[Hdu]) -> int | None:
    """Return where the first image of a file is, compressed or not: in the first or in the second HDU."""
    for index, hdu in enumerate(hdus[:2]):
        header = hdu.header
        if header.get("ZIMAGE") is True and header.get("ZNAXIS") == 2:
            return index
        if header.get("NAXIS") == 2 and header.get("XTENSION", "IMAGE") == "IMAGE":
            return index
    return None


def read_pixels(hdus: Sequence[Hdu], index: int, data: bytes, name: str) -> Pixels:
    """Decode an image.

    Parameters
    ----------
    hdus, index
        The file, scanned, and which HDU.
    data
        The whole file.
    name
        For messages.

    Returns
    -------
    Pixels
        As stored.

    Raises
    ------
    InvalidInputError
        If the size is unreasonable, tiles are broken, or pixels are missing at the end.
    """
    header = hdus[index].header
    packed = header.get("ZIMAGE") is True
    shape = _shape(header, packed=packed, name=name)
    raw = _unpacked(hdus[index], shape, data, index, name) if packed else _plain(hdus[index], shape, name)
    if raw.shape != shape:
        raise InvalidInputError(f"{name}: expected pixels of shape {shape}, got {raw.shape}")
    blank = header.get("ZBLANK", header.get("BLANK")) if packed else header.get("BLANK")
    return Pixels(
        stored=raw,
        scale=_number(header.get("BSCALE"), 1.0),
        zero=_number(header.get("BZERO"), 0.0),
        blank=blank if raw.dtype.kind in "iu" and type(blank) is int else None,
    )


def _shape(header: Mapping[str, Any], *, packed: bool, name: str) -> tuple[int, int]:
    prefix = "ZNAXIS" if packed else "NAXIS"
    rows, columns = header.get(f"{prefix}2", 0), header.get(f"{prefix}1", 0)
    for side in (rows, columns):
        if type(side) is not int or not 1 <= side <= _LONGEST_SIDE:
            raise InvalidInputError(f"{name}: an image of {columns} x {rows}; expected 1 to {_LONGEST_SIDE} a side")
    return rows, columns


def _plain(hdu: Hdu, shape: tuple[int, int], name: str) -> NDArray[Any]:
    dtype = np.dtype(_TYPES[int(hdu.header["BITPIX"])])
    if len(hdu.data) < dtype.itemsize * shape[0] * shape[1]:
        raise InvalidInputError(f"{name}: pixels are missing at the end")
    return np.frombuffer(hdu.data, dtype, shape[0] * shape[1]).reshape(shape)


def _unpacked(hdu: Hdu, shape: tuple[int, int], data: bytes, index: int, name: str) -> NDArray[Any] | RiceImage:
    return open_rice(hdu, shape, name) or _by_library(data, index, name)


def _by_library(data: bytes, index: int, name: str) -> NDArray[Any]:
    from astropy.io import fits

    try:
        with warnings.catch_warnings(), fits.open(io.BytesIO(data), do_not_scale_image_data=True) as file:
            warnings.simplefilter("ignore")
            return np.asarray(file[index].data)
    except Exception as error:  # noqa: BLE001  # whatever a broken tile makes the decoder say
        raise InvalidInputError.wrap(error, doing=f"{name}: broken compressed image") from None


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) else default
