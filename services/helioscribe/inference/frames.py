"""Tensors between a service and its worker processes: a header as JSON, then the bytes as they lie in memory."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["receive", "send"]

_LENGTH = struct.Struct("<I")
_SMALL = 1 << 16

Tensors = Mapping[str, NDArray[Any]]


def send(sock: socket.socket, header: Mapping[str, Any], tensors: Tensors) -> None:
    """Send a message.

    Raises
    ------
    InvalidInputError
        For a tensor of Python objects.
    OSError
        If the other side is gone.
    """
    arrays = [np.ascontiguousarray(tensor) for tensor in tensors.values()]
    if any(array.dtype.hasobject for array in arrays):
        raise InvalidInputError("texts cannot be given to a process of their own")
    layout = [(name, array.dtype.str, array.shape) for name, array in zip(tensors, arrays, strict=True)]
    head = json.dumps({**header, "tensors": layout}).encode()
    start = _LENGTH.pack(len(head)) + head
    if sum(array.nbytes for array in arrays) <= _SMALL:
        sock.sendall(b"".join((start, *(array.tobytes() for array in arrays))))
        return
    sock.sendall(start)
    for array in arrays:
        sock.sendall(array.reshape(-1).view(np.uint8).data)


def receive(sock: socket.socket) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Receive a message.

    Raises
    ------
    ConnectionError
        If the other side is gone.
    OSError
        If it says nothing within the socket's timeout.
    """
    (length,) = _LENGTH.unpack(_exactly(sock, _LENGTH.size))
    header: dict[str, Any] = json.loads(bytes(_exactly(sock, length)))
    tensors = {}
    for name, dtype, shape in header.pop("tensors"):
        data = _exactly(sock, prod(shape) * np.dtype(dtype).itemsize)
        tensors[name] = np.frombuffer(data, dtype=dtype).reshape(shape)
    return header, tensors


def _exactly(sock: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        count = sock.recv_into(view[got:])
        if not count:
            raise ConnectionResetError("the other side ended")
        got += count
    return data
