"""What a front and its server say to each other: headers as JSON, and the bytes of gRPC messages."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import grpc
import numpy as np

__all__ = ["Order", "Wire", "connect", "listen"]

_LENGTHS = struct.Struct("<IQ")
_BUFFER = 4 << 20
_AHEAD = 1 << 16

Message = tuple[dict[str, Any], memoryview]


class Wire(asyncio.BufferedProtocol):
    """One end of the socket.

    The body of a large message is received where it stays; small messages are read many at a time.
    """

    def __init__(self) -> None:
        self._ahead, self._filled = memoryview(bytearray(_AHEAD)), 0
        self._large, self._got = memoryview(b""), 0
        self._messages: deque[Message] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self._leaving: list[bytes] = []
        self._transport: Any = None
        self._loop = asyncio.get_running_loop()

    async def receive(self) -> Message | None:
        """Return a header and the bytes behind it; None if the other side has ended."""
        while not self._messages:
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        return self._messages.popleft()

    def send(self, header: Mapping[str, Any], body: bytes = b"") -> None:
        """Send a header and the bytes behind it; nothing if the other side has ended.

        Small messages go out together, when the loop has run what is ready to run.
        """
        head = json.dumps(header).encode()
        if not self._leaving:
            self._loop.call_soon(self._flush)
        self._leaving += (_LENGTHS.pack(len(head), len(body)), head)
        if len(body) <= _AHEAD:
            self._leaving.append(body)
        else:
            self._flush()
            self._transport.write(memoryview(body))  # what the socket does not take at once is copied only once

    def close(self) -> None:
        """End it."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        leaving, self._leaving = self._leaving, []
        self._transport.write(b"".join(leaving))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  # why makes no difference
        """Hand out what came, and then the end."""
        self._ended = True
        self._news.set()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # we know better
        """Return where to put what comes."""
        return self._large[self._got :] if self._large else self._ahead[self._filled :]

    def buffer_updated(self, count: int) -> None:
        """Take what came."""
        if self._large:
            self._got += count
            if self._got == len(self._large):
                self._take(self._large)
                self._large = memoryview(b"")
        else:
            self._filled += count
            self._split()
        if self._messages:
            self._news.set()

    def _split(self) -> None:
        start = 0
        while (size := _size(self._ahead[start : self._filled])) and start + size <= self._filled:
            self._take(memoryview(bytes(self._ahead[start : start + size])))
            start += size
        rest = self._ahead[start : self._filled]
        self._filled = self._got = len(rest)
        if size > _AHEAD:
            self._large, self._filled = np.empty(size, np.uint8).data, 0
            self._large[: self._got] = rest
        else:
            self._ahead[: self._filled] = bytes(rest)

    def _take(self, data: memoryview) -> None:
        begin = _LENGTHS.size
        end = begin + _LENGTHS.unpack_from(data)[0]
        self._messages.append((json.loads(bytes(data[begin:end])), data[end:].toreadonly()))


def _size(data: memoryview) -> int:
    """Return how long the message is that begins here; 0 if there is too little of it to say."""
    return _LENGTHS.size + sum(_LENGTHS.unpack_from(data)) if len(data) >= _LENGTHS.size else 0


async def connect(sock: socket.socket) -> Wire:
    """Return the end of a socket, with room for a large message in each direction."""
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
    _, wire = await asyncio.get_running_loop().create_unix_connection(Wire, sock=sock)
    return wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a front is told to do."""

    address: str
    """Where it takes calls."""

    behind: str
    """Where the server takes those that are passed on."""

    direct: tuple[str, ...]
    """Full names of the methods that travel through the socket."""

    streams: tuple[str, ...]
    """Full names of the methods that take more than one message."""

    most: int
    """Calls at the same time."""

    options: tuple[tuple[str, Any], ...]
    """Of gRPC."""

    tls: tuple[str, str, str] = ("", "", "")
    """Key, certificate and the authority of callers as PEM; empty where there is none."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return an order that came as JSON."""
        options = tuple((name, value) for name, value in told["options"])
        lists = {name: tuple(told[name]) for name in ("direct", "streams", "tls")}
        return cls(**{**told, **lists, "options": options})


def listen(server: Any, address: str, tls: tuple[str, str, str]) -> int:
    """Let a gRPC server listen, and return its port. Raises `RuntimeError` if the address is taken."""
    key, certificate, clients = (text.encode() or None for text in tls)
    if certificate is None:
        return int(server.add_insecure_port(address))
    credentials = grpc.ssl_server_credentials([(key, certificate)], clients, require_client_auth=clients is not None)
    return int(server.add_secure_port(address, credentials))
