"""Tensors between a service and its worker processes: a header as JSON, then the bytes as they lie in memory.

One side speaks at a time, so whatever comes belongs to the message that is awaited.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["receive", "receive_soon", "send", "send_soon"]

_LENGTHS = struct.Struct("<IQ")
_SMALL = 1 << 16
_ALIGNED = 16

Tensors = Mapping[str, NDArray[Any]]
Message = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def send(sock: socket.socket, header: Mapping[str, Any], tensors: Tensors) -> None:
    """Send a message.

    Raises
    ------
    InvalidInputError
        For a tensor of Python objects.
    OSError
        If the other side is gone.
    """
    for part in _parts(header, tensors):
        sock.sendall(part)


async def send_soon(sock: socket.socket, header: Mapping[str, Any], tensors: Tensors) -> None:
    """Send a message through a socket that does not block. Raises as `send` does."""
    loop = asyncio.get_running_loop()
    for part in _parts(header, tensors):
        await loop.sock_sendall(sock, part)


def receive(sock: socket.socket) -> Message:
    """Receive a message.

    Raises
    ------
    ConnectionError
        If the other side is gone.
    OSError
        If it says nothing within the socket's timeout.
    """
    coming = _Coming()
    while room := coming.room():
        coming.take(sock.recv_into(room))
    return coming.message()


async def receive_soon(sock: socket.socket) -> Message:
    """Receive a message through a socket that does not block. Raises as `receive` does, and never for the time."""
    loop, coming = asyncio.get_running_loop(), _Coming()
    while room := coming.room():
        coming.take(await loop.sock_recv_into(sock, room))
    return coming.message()


def _parts(header: Mapping[str, Any], tensors: Tensors) -> list[bytes | memoryview]:
    arrays = [np.ascontiguousarray(tensor) for tensor in tensors.values()]
    if any(array.dtype.hasobject for array in arrays):
        raise InvalidInputError("texts cannot be given to a process of their own")
    layout = [(name, array.dtype.str, array.shape) for name, array in zip(tensors, arrays, strict=True)]
    head = json.dumps({**header, "tensors": layout}).encode()
    head += b" " * (-(_LENGTHS.size + len(head)) % _ALIGNED)
    flat = [array.reshape(-1).view(np.uint8).data for array in arrays]
    body = [part for data in flat for part in (data, bytes(-len(data) % _ALIGNED))]
    size = sum(map(len, body))
    start = _LENGTHS.pack(len(head), size) + head
    return [b"".join((start, *body))] if size <= _SMALL else [start, *filter(len, body)]


class _Coming:
    """A message of which a part is there."""

    def __init__(self) -> None:
        self._data = bytearray(_SMALL)
        self._got, self._size = 0, _LENGTHS.size

    def room(self) -> memoryview:
        """Return where to put more of it; nothing if it is whole."""
        return memoryview(self._data)[self._got :] if self._got < self._size else memoryview(b"")

    def take(self, count: int) -> None:
        """Take note of so many bytes more. Raises `ConnectionError` if there are none."""
        if not count:
            raise ConnectionResetError("the other side ended")
        self._got += count
        if self._got >= _LENGTHS.size:
            self._size = _LENGTHS.size + sum(_LENGTHS.unpack_from(self._data))
        if self._size > len(self._data):
            self._data = self._data[: self._got].ljust(self._size, b"\0")

    def message(self) -> Message:
        """Return the whole."""
        begin = _LENGTHS.size
        offset = begin + _LENGTHS.unpack_from(self._data)[0]
        header: dict[str, Any] = json.loads(bytes(self._data[begin:offset]))
        tensors = {}
        for name, dtype, shape in header.pop("tensors"):
            count = prod(shape)
            tensors[name] = np.frombuffer(self._data, dtype, count, offset).reshape(shape)
            offset += count * tensors[name].itemsize
            offset += -offset % _ALIGNED
        return header, tensors
