"""RICE_1 tiles of FITS images, decoded without holding the interpreter.

The algorithm is that of the FITS standard 4.0, section 10.4.1: the first pixel as it is, then blocks of differences,
each block with its number of low bits; the rest of a difference is a run of zeros. Half to nine tenths of reading a
compressed image of 4096 x 4096 is this; the C code behind astropy takes twice as long and lets no other thread run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.fits_scan import Hdu

__all__ = ["can_decode", "decode_rice"]

_SIZES: Mapping[int, tuple[int, int, int, str]] = {1: (3, 6, 8, "u1"), 2: (4, 14, 16, "i2"), 4: (5, 25, 32, "i4")}
"""Bits that say how many low bits there are, the number that means none were saved, bits of a pixel, its type."""

_FORM = re.compile(r"\s*1?([PQ])B\s*(\(\d+\))?\s*")
_BLOCK = 32


def can_decode(header: Mapping[str, Any]) -> bool:
    """Whether an image is whole numbers in RICE_1 tiles that no scaling of tiles has touched."""
    columns = [str(header.get(f"TTYPE{number}", "")).strip().upper() for number in range(1, 8)]
    return (
        str(header.get("ZCMPTYPE", "")).strip() == "RICE_1"
        and header.get("ZBITPIX") in (8, 16, 32)
        and columns[0] == "COMPRESSED_DATA"
        and _FORM.fullmatch(str(header.get("TFORM1", ""))) is not None
        and not {"ZSCALE", "ZZERO"} & set(columns)
        and _parameters(header)[1] in _SIZES
        and _numba() is not None
    )


@cache
def _numba() -> Any:
    try:
        import numba
    except ImportError:
        return None
    return numba


def _parameters(header: Mapping[str, Any]) -> tuple[int, int]:
    """Return pixels a block and bytes a pixel."""
    named = {str(header.get(f"ZNAME{number}", "")).strip(): header.get(f"ZVAL{number}") for number in range(1, 8)}
    block, size = named.get("BLOCKSIZE", _BLOCK), named.get("BYTEPIX", 4)
    return (block, size) if type(block) is int and type(size) is int and 1 <= block <= 256 else (0, 0)


def decode_rice(hdu: Hdu, shape: tuple[int, int], name: str) -> NDArray[Any] | None:
    """Decode an image that `can_decode` accepts.

    Parameters
    ----------
    hdu
        The compressed image.
    shape
        Of the image, (y, x).
    name
        For messages.

    Returns
    -------
    array
        Whole numbers, not scaled, shape (y, x); None if a tile is stored in another way: then the library must read it.

    Raises
    ------
    InvalidInputError
        If tiles are missing, or one is broken.
    """
    header = hdu.header
    tile = tuple(int(header.get(f"ZTILE{axis}", 1 if axis == 2 else shape[1])) for axis in (2, 1))
    starts = _starts(shape, tile, name)
    places = _places(hdu, len(starts), name)
    if not places[:, 0].all():
        return None
    block, size = _parameters(header)
    low_bits, raw, bits, kind = _SIZES[size]
    out = np.empty(shape, kind)
    heap = np.frombuffer(hdu.data, np.uint8)
    good = _decoder()(heap, places, starts, np.array(tile), out, block, low_bits, raw, bits)
    if not good:
        raise InvalidInputError(f"{name}: broken compressed image")
    return out


def _starts(shape: tuple[int, int], tile: tuple[int, ...], name: str) -> NDArray[np.int64]:
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
    if (places < 0).any() or (places.sum(axis=1) > len(hdu.data)).any() or heap < 0:
        raise InvalidInputError(f"{name}: tiles lie beyond the end of the file")
    return np.ascontiguousarray(places)


@cache
def _decoder() -> Any:  # noqa: C901, PLR0915
    """Return the compiled decoder; where numba finds a place to keep it, it is compiled once on a machine."""
    numba = _numba()
    zeros = np.array([8 - int(value).bit_length() for value in range(256)], np.int64)

    def decode(heap, places, starts, tile, out, block, low_bits, raw, bits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915, PLR0917
        # One function: what is called in the inner loop costs more than what it does.
        one, top = np.uint64(1), np.uint64(56)
        for number in range(len(starts)):
            position, end = places[number, 1], places[number, 1] + places[number, 0]
            first_row, first_column = starts[number, 0], starts[number, 1]
            last_row, last_column = min(first_row + tile[0], out.shape[0]), min(first_column + tile[1], out.shape[1])
            if end - position < bits // 8:
                return False
            value = np.int64(0)
            for _ in range(bits // 8):
                value = (value << 8) | np.int64(heap[position])
                position += 1
            store, held, in_block, low, over = np.uint64(0), 0, 0, np.int64(0), 0
            for row in range(first_row, last_row):
                for column in range(first_column, last_column):
                    while held <= 56:  # keep at least 57 bits at hand
                        if position < end:
                            store |= np.uint64(heap[position]) << (top - np.uint64(held))
                            position += 1
                        else:
                            over += 8
                        held += 8
                    if in_block == 0:
                        low = np.int64(store >> np.uint64(64 - low_bits)) - 1
                        store <<= np.uint64(low_bits)
                        held -= low_bits
                        in_block = block
                    in_block -= 1
                    difference = np.int64(0)
                    if low == raw:
                        while held < bits:
                            if position < end:
                                store |= np.uint64(heap[position]) << (top - np.uint64(held))
                                position += 1
                            else:
                                over += 8
                            held += 8
                        difference = np.int64(store >> np.uint64(64 - bits))
                        store = store << np.uint64(bits)
                        held -= bits
                    elif low >= 0:
                        run = np.int64(0)
                        while True:  # zeros, then a one
                            there = zeros[np.int64(store >> top)]
                            if there < 8:
                                break
                            run += 8
                            store <<= np.uint64(8)
                            held -= 8
                            if held < 8:
                                if position >= end:
                                    return False
                                store |= np.uint64(heap[position]) << (top - np.uint64(held))
                                position += 1
                                held += 8
                        run += there
                        store <<= np.uint64(there + 1)
                        held -= there + 1
                        while held < low:
                            if position < end:
                                store |= np.uint64(heap[position]) << (top - np.uint64(held))
                                position += 1
                            else:
                                over += 8
                            held += 8
                        difference = run
                        if low > 0:
                            difference = (run << low) | np.int64(store >> np.uint64(64 - low))
                            store <<= np.uint64(low)
                            held -= low
                    if difference & 1:
                        difference = ~(difference >> 1)
                    else:
                        difference >>= 1
                    value += difference
                    out[row, column] = value  # wraps as the encoder's differences did
            if over > held:  # bits were used that the tile does not have
                return False
        return bool(one)

    try:
        return numba.njit(nogil=True, cache=True)(decode)
    except RuntimeError:  # an installation that cannot be written to
        return numba.njit(nogil=True)(decode)
