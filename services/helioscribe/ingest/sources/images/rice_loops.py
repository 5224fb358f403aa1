"""The loops of `rice`, compiled; importing it needs numba.

They see each other as names of this module: a loop that is held by another one would be compiled anew by every process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.cpython.unsafe.numbers import leading_zeros

__all__ = ["decode"]

_U64 = np.uint64
_ONE, _LAST = np.uint64(1), np.uint64(63)
_LONGEST = np.uint64(56)
"""Bits of a window that hold a run of zeros for certain: it is 57 wide at least."""


def _compiled(**options: Any) -> Callable[[Any], Any]:
    def compiled(loop: Any) -> Any:
        try:
            return numba.njit(nogil=True, cache=True, **options)(loop)
        except RuntimeError:  # an installation that cannot be written to
            return numba.njit(nogil=True, **options)(loop)

    return compiled


@_compiled(inline="always")
def _window(heap, bit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return 57 bits or more from a place on."""
    # Written out, the compiler makes one load of it.
    at = bit >> _U64(3)
    bits = (_U64(heap[at]) << _U64(56)) | (_U64(heap[at + _U64(1)]) << _U64(48))
    bits |= (_U64(heap[at + _U64(2)]) << _U64(40)) | (_U64(heap[at + _U64(3)]) << _U64(32))
    bits |= _U64(heap[at + _U64(4)]) << _U64(24)
    bits |= (_U64(heap[at + _U64(5)]) << _U64(16)) | (_U64(heap[at + _U64(6)]) << _U64(8)) | _U64(heap[at + _U64(7)])
    return bits << (bit & _U64(7))


@_compiled()
def _run_of_zeros(heap, bit, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the length of a run of zeros, which no window may hold."""
    zeros, bits = _U64(0), _window(heap, bit)
    while bits >> _LAST == _U64(0) and bit < end:
        step = min(_U64(leading_zeros(bits)), _LONGEST)
        zeros, bit = zeros + step, bit + step
        bits = _window(heap, bit)
    return zeros


@_compiled()
def decode(heap, places, starts, tile, out, block, low_bits, raw, bits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, PLR0917
    """Decode tiles into an image; return False if one is broken.

    Parameters
    ----------
    heap
        Bytes, with room after the last tile.
    places
        Length and first byte of each tile, shape (tile, 2).
    starts
        First row and column of each tile, shape (tile, 2).
    tile
        Rows and columns of a whole tile.
    out
        Filled.
    block
        Pixels that share a number of low bits.
    low_bits, raw, bits
        Bits that say this number, the number that means none were saved, and bits of a pixel.
    """
    flat = np.empty(tile[0] * tile[1], out.dtype)
    for number in range(len(starts)):
        top, left = starts[number, 0], starts[number, 1]
        height, width = min(tile[0], out.shape[0] - top), min(tile[1], out.shape[1] - left)
        bit = _U64(places[number, 1]) << _U64(3)
        end = bit + (_U64(places[number, 0]) << _U64(3))
        value = np.int64(_window(heap, bit) >> _U64(64 - bits))
        bit += _U64(bits)
        for first in range(0, height * width, block):
            if bit > end:  # bits were used that the tile does not have
                return False
            past = min(first + block, height * width)
            low = _U64(_window(heap, bit) >> _U64(64 - low_bits))
            bit += _U64(low_bits)
            if low == _U64(0):  # all differences are zero
                flat[first:past] = value
                continue
            low -= _ONE
            if low == _U64(raw):
                for pixel in range(first, past):
                    difference = _window(heap, bit) >> _U64(64 - bits)
                    bit += _U64(bits)
                    value += np.int64(difference >> _ONE) ^ -np.int64(difference & _ONE)
                    flat[pixel] = value  # wraps as the encoder's differences did
                continue
            for pixel in range(first, past):
                store = _window(heap, bit)
                zeros = _U64(leading_zeros(store))
                if zeros + low >= _LONGEST:  # too long for one window
                    zeros = _run_of_zeros(heap, bit, end)
                    store = _window(heap, bit + zeros)
                else:
                    store <<= zeros
                # A one, and the low bits.
                difference = (zeros << low) | ((store & ~(_ONE << _LAST)) >> (_LAST - low))
                bit += zeros + _ONE + low
                value += np.int64(difference >> _ONE) ^ -np.int64(difference & _ONE)
                flat[pixel] = value
        out[top : top + height, left : left + width] = flat[: height * width].reshape(height, width)
        if bit > end:
            return False
    return True
