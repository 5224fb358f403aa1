"""What a front and its server say to each other: headers as JSON, and the bytes of gRPC messages."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import grpc

__all__ = ["BUFFER", "Order", "connect", "listen", "receive", "send"]

BUFFER = 4 << 20
"""Bytes that are read ahead."""

_LENGTHS = struct.Struct("<IQ")
_SMALL = 1 << 16


async def connect(sock: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return the two directions of a socket, with room for a large message in each."""
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    return await asyncio.open_unix_connection(sock=sock, limit=BUFFER)


def send(writer: asyncio.StreamWriter, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Send a header and the bytes behind it."""
    head = json.dumps(header).encode()
    start = _LENGTHS.pack(len(head), len(body)) + head
    if len(body) <= _SMALL:
        writer.write(start + body)
        return
    writer.write(start)
    writer.write(memoryview(body))  # what the socket does not take at once is copied only once


async def receive(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes] | None:
    """Return a header and the bytes behind it; None if the other side has ended."""
    try:
        head, size = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        both = await reader.readexactly(head + size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return json.loads(both[:head]), both[head:]


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
