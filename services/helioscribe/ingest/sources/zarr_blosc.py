"""A part of a chunk that Blosc packed, without reading and unpacking the rest of it.

Blosc 1 packs blocks one by one and says where each begins: a head of 16 bytes (flags in byte 2; from byte 4 on bytes
unpacked, of a block, and packed), the places of the blocks, and the blocks. Some of them with a head of their own are a
chunk again.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from helioscribe.domain.errors import InvalidInputError

__all__ = ["HEAD", "PackedChunk"]

HEAD = 16
"""Bytes before everything else."""

_SIZES = struct.Struct("<III")
_NOT_PACKED = 0x2


class PackedChunk:
    """A chunk as it is stored.

    Parameters
    ----------
    fetch
        Returns its bytes from one place to another.
    head
        First 16 bytes of the chunk, whose lengths have been checked.

    Raises
    ------
    InvalidInputError
        If the places of its blocks are none.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], head: bytes) -> None:
        self._fetch, self._head = fetch, head
        self._unpacked, self._block, self._length = _SIZES.unpack_from(head, 4)
        count = -(-self._unpacked // self._block) if self._block else 0
        self._whole = bool(head[2] & _NOT_PACKED) or count == 1
        if self._whole:
            return
        room = HEAD + 4 * count
        if not count or room > self._length:
            raise InvalidInputError(f"{count} blocks in a chunk of {self._length} bytes")
        self._starts = np.frombuffer(fetch(HEAD, room), "<i4").astype(np.int64)
        if self._starts.min() < room or self._starts.max() > self._length:
            raise InvalidInputError("blocks lie beyond the end of the chunk")
        # Blocks may lie in any order: each ends where the next one begins.
        edges = np.append(np.sort(self._starts), self._length)
        self._ends = edges[np.searchsorted(edges, self._starts, side="right").clip(max=count)]

    def cut(self, first: int, past: int) -> tuple[bytes, int]:
        """Return a chunk with the blocks that hold some bytes of the unpacked one.

        Parameters
        ----------
        first, past
            The first byte and the one after the last, unpacked.

        Returns
        -------
        bytes
            A chunk.
        int
            Where `first` is in it, unpacked.
        """
        if self._whole:
            return self._fetch(0, self._length), first
        # The last block is shorter than others, which it is known by: it needs one of them before it.
        low, high = min(first // self._block, len(self._starts) - 2), -(-past // self._block)
        starts, ends = self._starts[low:high], self._ends[low:high]
        if (starts[1:] == ends[:-1]).all():
            parts = [self._fetch(int(starts[0]), int(ends[-1]))]
        else:
            parts = [self._fetch(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]
        places = HEAD + 4 * len(starts) + np.cumsum([0, *(ends - starts)])
        unpacked = min(high * self._block, self._unpacked) - low * self._block
        head = self._head[:4] + _SIZES.pack(unpacked, self._block, int(places[-1]))
        return b"".join([head, places[:-1].astype("<i4").tobytes(), *parts]), first - low * self._block
