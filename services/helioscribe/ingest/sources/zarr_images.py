"""Arrays of images in zarr format 2, checked before zarr opens them and read chunk by chunk, each chunk once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.ingest.sources.zarr_blosc import HEAD, PackedChunk
from helioscribe.ingest.sources.zarr_files import ZarrFiles

__all__ = ["ImageArray", "open_images"]

_LONGEST_ZARRAY = 64 << 10
_LARGEST_CHUNK = 512 << 20
_MOST_IMAGES, _LONGEST_SIDE = 10_000_000, 8192
_TYPE = re.compile(r"[<>|][fiu][1248]")
_THREADS = 4
_FEW = 0.5
"""Largest share of the images of a chunk for which only these are unpacked instead of the whole chunk."""


class ImageArray:
    """Images (n, y, x) of one channel.

    Parameters
    ----------
    array
        A `zarr.Array`, whose store refuses broken chunks.
    name
        For messages.
    packed
        Returns a chunk as it is stored by its number; None where chunks are not Blosc's, or have another order than
        C's.
    """

    def __init__(self, array: Any, name: str, packed: Callable[[int], PackedChunk] | None = None) -> None:
        self._array, self.name, self._packed = array, name, packed
        self.shape: tuple[int, int, int] = tuple(array.shape)
        self.chunk: int = array.chunks[0]

    def __len__(self) -> int:
        return self.shape[0]

    def chunk_images(self, number: int) -> NDArray[np.float32]:
        """Return all images of a chunk, shape (k, y, x).

        Raises
        ------
        NotFoundError
            If the chunk is missing.
        InvalidInputError
            If it is broken.
        UnavailableError
            If the store does not answer.
        """
        first = number * self.chunk
        try:
            images = self._array[first : first + self.chunk]
        except (RuntimeError, ValueError) as error:
            raise InvalidInputError.wrap(error, doing=f"{self.name}: chunk {number} is broken") from None
        return np.asarray(images, dtype=np.float32)

    def _images(self, number: int, wanted: Sequence[int]) -> list[NDArray[np.float32]]:
        """Return images of a chunk by their index in the array. Raises as `chunk_images` does."""
        places = [index - number * self.chunk for index in wanted]
        if self._packed is None or len(wanted) > _FEW * self.chunk:
            images = self.chunk_images(number)
            return [images[place] for place in places]
        try:
            chunk = self._packed(number)
            return [self._unpacked(chunk, place) for place in places]
        except (RuntimeError, ValueError) as error:
            raise InvalidInputError.wrap(error, doing=f"{self.name}: chunk {number} is broken") from None

    def _unpacked(self, chunk: PackedChunk, place: int) -> NDArray[np.float32]:
        from numcodecs import Blosc

        kind, shape = self._array.dtype, self.shape[1:]
        size = math.prod(shape) * kind.itemsize
        part, skipped = chunk.cut(place * size, (place + 1) * size)
        values = np.frombuffer(Blosc().decode(part), kind, math.prod(shape), skipped)
        return np.asarray(values.reshape(shape), np.float32)

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield images by index, in the order of the file, reading each chunk once and a few ahead.

        Of a chunk of which few images are wanted, only their blocks are unpacked.

        Raises
        ------
        InvalidInputError
            If an index is none of the array, and as `chunk_images` does.
        """
        wanted = sorted(set(indices))
        if wanted and not 0 <= wanted[0] <= wanted[-1] < len(self):
            raise InvalidInputError(f"{self.name}: it has images 0 to {len(self) - 1}")
        plan = [(number, list(group)) for number, group in groupby(wanted, key=lambda index: index // self.chunk)]
        with ThreadPoolExecutor(_THREADS) as pool:
            ahead = [pool.submit(self._images, *part) for part in plan[:_THREADS]]
            for place, (_, group) in enumerate(plan):
                images = ahead.pop(0).result()
                if place + _THREADS < len(plan):
                    ahead.append(pool.submit(self._images, *plan[place + _THREADS]))
                yield from zip(group, images, strict=True)


def open_images(files: ZarrFiles, path: str) -> ImageArray:
    """Open an array of images; only its description is read.

    Raises
    ------
    NotFoundError
        If there is no array.
    InvalidInputError
        If it is no array of images within bounds. Only Blosc and plain chunks are read: zarr knows codecs that would
        run code.
    """
    import zarr

    name = f"{files.name}/{path}"
    text = files.read_json(f"{path}/.zarray", limit=_LONGEST_ZARRAY)
    if text is None:
        raise NotFoundError(f"{name}: no such array")
    nbytes = _checked(text, name)
    store = _guarded(files, nbytes, packed=text["compressor"] is not None, description=json.dumps(text).encode())
    try:
        array = zarr.open_array(store, path=path, mode="r", zarr_format=2)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}/.zarray: not understood") from None
    if text["compressor"] is None or text.get("order", "C") != "C":
        return ImageArray(array, name)
    separator = text.get("dimension_separator", ".")
    return ImageArray(array, name, lambda number: _stored(files, f"{path}/{number}{separator}0{separator}0", nbytes))


def _stored(files: ZarrFiles, key: str, nbytes: int) -> PackedChunk:
    """Return a chunk as Blosc packed it, checked as `_guarded` does."""
    if files.parted:
        head, size = files.read_part(key, 0, HEAD)
        _check_chunk(head, size, nbytes, packed=True, name=f"{files.name}/{key}")
        return PackedChunk(lambda first, past: files.read_part(key, first, past)[0], head)
    chunk = files.read(key, limit=nbytes + HEAD)
    if chunk is None:
        raise NotFoundError(f"{files.name}/{key}: the chunk is missing")
    _check_chunk(chunk[:HEAD], len(chunk), nbytes, packed=True, name=f"{files.name}/{key}")
    return PackedChunk(lambda first, past: chunk[first:past], chunk[:HEAD])


def _checked(text: dict[str, Any], name: str) -> int:
    """Return the bytes of an unpacked chunk of a sound description."""
    shape, chunks, compressor = text.get("shape"), text.get("chunks"), text.get("compressor")
    if not _sizes(shape) or not _sizes(chunks) or len(shape) != 3 or len(chunks) != 3:
        raise InvalidInputError(f"{name}: expected images of shape (n, y, x) in chunks of (k, y, x)")
    if shape[0] > _MOST_IMAGES or max(shape[1:]) > _LONGEST_SIDE or chunks[1:] != shape[1:]:
        raise InvalidInputError(f"{name}: {shape} in chunks of {chunks}; expected images, and whole ones in a chunk")
    if not _TYPE.fullmatch(str(text.get("dtype"))) or text.get("filters") or text.get("zarr_format") != 2:
        raise InvalidInputError(f"{name}: expected plain numbers in zarr format 2 without filters")
    if compressor is not None and (not isinstance(compressor, dict) or compressor.get("id") != "blosc"):
        raise InvalidInputError(f"{name}: expected chunks packed by Blosc or not at all")
    nbytes: int = math.prod(chunks) * np.dtype(text["dtype"]).itemsize
    if not 0 < nbytes <= _LARGEST_CHUNK:
        raise InvalidInputError(f"{name}: a chunk of {nbytes} bytes; expected at most {_LARGEST_CHUNK}")
    return nbytes


def _sizes(values: Any) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values) and bool(values)


def _guarded(files: ZarrFiles, nbytes: int, *, packed: bool, description: bytes) -> Any:
    """Return a store for zarr that raises where zarr would fill in, and before a chunk unpacks to more than it may."""
    from zarr.storage import ObjectStore, WrapperStore

    class Guard(WrapperStore[Any]):  # type: ignore[misc]  # zarr is not followed by mypy
        async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:
            if key.endswith(".zarray"):  # what was checked, not what stands there by now
                return prototype.buffer.from_bytes(description)
            if key.rsplit("/", 1)[-1].startswith(".z"):
                return None  # attributes are read by whoever needs them, once
            with files.available(key):
                if not await self._store.exists(key):
                    raise NotFoundError(f"{files.name}/{key}: the chunk is missing")
                if (size := await self._store.getsize(key)) > nbytes + HEAD:
                    raise InvalidInputError(f"{files.name}/{key}: {size} bytes for a chunk of {nbytes}")
                chunk = await self._store.get(key, prototype, byte_range)
            _check_chunk(chunk[:HEAD].to_bytes(), len(chunk), nbytes, packed=packed, name=f"{files.name}/{key}")
            return chunk

    return Guard(ObjectStore(files.store, read_only=True))


def _check_chunk(head: bytes, size: int, nbytes: int, *, packed: bool, name: str) -> None:
    # A Blosc chunk says in bytes 4 to 8 how much it unpacks to, in 12 to 16 how long it is.
    unpacked, length = size, nbytes
    if packed:
        unpacked, length = int.from_bytes(head[4:8], "little"), int.from_bytes(head[12:16], "little")
    if size != length or unpacked != nbytes:
        raise InvalidInputError(f"{name}: the chunk is cut off or broken; {size} bytes")
