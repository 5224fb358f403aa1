"""RICE_1 tiles of FITS images, decoded without holding the interpreter.

The algorithm is that of the FITS standard 4.0, section 10.4.1: the first pixel as it is, then blocks of differences,
each block with its number of low bits; the rest of a difference is a run of zeros. Half to nine tenths of reading a
compressed image of 4096 x 4096 is this; the C code behind astropy takes twice as long and lets no other thread run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.fits_scan import Hdu

__all__ = ["RiceImage", "open_rice"]

_SIZES: Mapping[int, tuple[int, int, int, str]] = {1: (3, 6, 8, "u1"), 2: (4, 14, 16, "i2"), 4: (5, 25, 32, "i4")}
"""Bits that say how many low bits there are, the number that means none were saved, bits of a pixel, its type."""

_FORM = re.compile(r"\s*1?([PQ])B\s*(\(\d+\))?\s*")
_BLOCK = 32
_STRIPE = 128
_SPARE = 4096
"""Bytes after the last tile that a broken one may be read into before that is noticed: a block of pixels, and more."""


def _can_decode(header: Mapping[str, Any]) -> bool:
    """Whether an image is whole numbers in RICE_1 tiles that no scaling of tiles has touched."""
    columns = [str(header.get(f"TTYPE{number}", "")).strip().upper() for number in range(1, 8)]
    return (
        str(header.get("ZCMPTYPE", "")).strip() == "RICE_1"
        and header.get("ZBITPIX") in (8, 16, 32)
        and columns[0] == "COMPRESSED_DATA"
        and _FORM.fullmatch(str(header.get("TFORM1", ""))) is not None
        and not {"ZSCALE", "ZZERO"} & set(columns)
        and _parameters(header)[1] in _SIZES
        and _decoder() is not None
    )


@cache
def _decoder() -> Any:
    """Return the compiled loop, kept on disk where there is a place for it; None if numba is not there."""
    try:
        from helioscribe.ingest.sources.images.rice_loops import decode
    except ImportError:
        return None
    return decode


def _parameters(header: Mapping[str, Any]) -> tuple[int, int]:
    """Return pixels a block and bytes a pixel."""
    named = {str(header.get(f"ZNAME{number}", "")).strip(): header.get(f"ZVAL{number}") for number in range(1, 8)}
    block, size = named.get("BLOCKSIZE", _BLOCK), named.get("BYTEPIX", 4)
    return (block, size) if type(block) is int and type(size) is int and 1 <= block <= 256 else (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiceImage:
    """An image in tiles, decoded a stripe at a time, so that it never needs to lie in memory as a whole."""

    shape: tuple[int, int]
    """Shape (y, x)."""

    dtype: np.dtype[Any]
    """Type of the integers, not scaled."""

    name: str
    """Name of the file, for messages."""

    heap: NDArray[np.uint8]
    """Bytes of all tiles."""

    places: NDArray[np.int64]
    """Length and first byte of each tile."""

    starts: NDArray[np.int64]
    """First row and column of each tile, row by row."""

    tile: tuple[int, int]
    """Height and width of a tile [pixel]."""

    block: int
    """Number of pixels in a block, which share the number of low bits."""

    def stripes(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the first row of each stripe with its pixels, which the next one overwrites.

        Raises
        ------
        InvalidInputError
            If a tile is broken.
        """
        height = self.tile[0] * -(-_STRIPE // self.tile[0])
        pixels = np.empty((min(height, self.shape[0]), self.shape[1]), self.dtype)
        for first in range(0, self.shape[0], height):
            stripe = pixels[: min(height, self.shape[0] - first)]
            self._decode(first, stripe)
            yield first, stripe

    def whole(self) -> NDArray[Any]:
        """Return all of the image. Raises as `stripes` does."""
        pixels = np.empty(self.shape, self.dtype)
        self._decode(0, pixels)
        return pixels

    def _decode(self, first: int, out: NDArray[Any]) -> None:
        chosen = (self.starts[:, 0] >= first) & (self.starts[:, 0] < first + len(out))
        starts, places, heap = self.starts[chosen] - (first, 0), self.places[chosen], self.heap
        if places.sum(axis=1).max() + _SPARE > len(heap):  # the last ones: a broken one must not be read beyond the end
            begin = int(places[:, 1].min())
            heap = np.concatenate([heap[begin:], np.zeros(_SPARE, np.uint8)])
            places = places - (0, begin)
        low_bits, raw, bits, _ = _SIZES[self.dtype.itemsize]
        if not _decoder()(heap, places, starts, np.array(self.tile), out, self.block, low_bits, raw, bits):
            raise InvalidInputError(f"{self.name}: broken compressed image")


def open_rice(hdu: Hdu, shape: tuple[int, int], name: str) -> RiceImage | None:
    """Open an image without decoding it.

    Parameters
    ----------
    hdu
        The compressed image.
    shape
        Shape of the image, (y, x).
    name
        For messages.

    Returns
    -------
    RiceImage
        None if it is packed in another way, or a tile is, or numba is not there: then the library must read it.

    Raises
    ------
    InvalidInputError
        If tiles are missing.
    """
    header = hdu.header
    if not _can_decode(header):
        return None
    tile = (int(header.get("ZTILE2", 1)), int(header.get("ZTILE1", shape[1])))
    starts = _starts(shape, tile, name)
    places = _places(hdu, len(starts), name)
    if not places[:, 0].all():
        return None
    block, size = _parameters(header)
    return RiceImage(
        shape=shape,
        dtype=np.dtype(_SIZES[size][3]),
        name=name,
        heap=np.frombuffer(hdu.data, np.uint8),
        places=places,
        starts=starts,
        tile=tile,
        block=block,
    )


def _starts(shape: tuple[int, int], tile: tuple[int, int], name: str) -> NDArray[np.int64]:
    if min(tile) < 1 or tile[0] > shape[0] or tile[1] > shape[1]:
        raise InvalidInputError(f"{name}: tiles of {tile[1]} x {tile[0]} in an image of {shape[1]} x {shape[0]}")
    rows, columns = np.meshgrid(np.arange(0, shape[0], tile[0]), np.arange(0, shape[1], tile[1]), indexing="ij")
    return np.stack([rows.ravel(), columns.ravel()], axis=1).astype(np.int64)


def _places(hdu: Hdu, count: int, name: str) -> NDArray[np.int64]:
    """Return length and first byte of each tile, checked against the heap."""
    header = hdu.header
    width, rows = int(header.get("NAXIS1", 0)), int(header.get("NAXIS2", 0))
    form = _FORM.fullmatch(str(header.get("TFORM1", "")))
    kind = ">i4" if form and form[1] == "P" else ">i8"
    if rows != count or width < 2 * np.dtype(kind).itemsize or width * rows > len(hdu.data):
        raise InvalidInputError(f"{name}: {rows} tiles, expected {count}")
    pairs = np.ndarray((rows, 2), kind, hdu.data, 0, (width, np.dtype(kind).itemsize)).astype(np.int64)
    heap = int(header.get("THEAP", width * rows))
    places = np.stack([pairs[:, 0], pairs[:, 1] + heap], axis=1)
    beyond = (places < 0) | (places > len(hdu.data))  # each, since a sum of huge ones may wrap
    if beyond.any() or (places.sum(axis=1) > len(hdu.data)).any() or heap < 0:
        raise InvalidInputError(f"{name}: tiles lie beyond the end of the file")
    return np.ascontiguousarray(places)
