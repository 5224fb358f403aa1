"""Posts to web addresses that others name: to public ones only, to where their names led just now, and no further."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from helioscribe.domain.subscription import is_inside

__all__ = ["post"]

_TIMEOUT = 10.0
_WHOLE = 30.0


def post(url: str, body: bytes, headers: Mapping[str, str], *, inside: bool = False) -> int:
    """Send a body and return the status of the answer, of which nothing is read; a redirection is not followed.

    Parameters
    ----------
    url, body, headers
        What to send, and where to.
    inside
        Whether the address may lie in a private, loopback or link-local network.

    Raises
    ------
    OSError
        If no answer comes, or the address may not be asked.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        connection = _connection(parts.scheme, host, port, _resolved(host, port, inside=inside))
        with _ended(connection):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, dict(headers))
            return connection.getresponse().status
    except (ValueError, HTTPException) as error:  # such as an answer that is no HTTP
        raise OSError(str(error)) from error


def _resolved(host: str, port: int, *, inside: bool) -> str:
    """Return the address to connect to. All that the name has are looked at: one inside is enough to refuse it."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not inside and (hidden := next(filter(is_inside, found), None)):
        raise OSError(f"{host} leads to {hidden} in a private network; HELIOSCRIBE_WEBHOOKS_INSIDE=1 would allow that")
    return found[0]


def _connection(scheme: str, host: str, port: int, address: str) -> HTTPConnection:
    # Between the look at an address and the connection to it, its name could lead elsewhere: so the name is not asked
    # again. Certificate and "Host" are those of the name.
    def connect(*_: Any) -> socket.socket:
        return socket.create_connection((address, port), _TIMEOUT)

    made = (
        HTTPSConnection(host, port, timeout=_TIMEOUT, context=ssl.create_default_context())
        if scheme == "https"
        else HTTPConnection(host, port, timeout=_TIMEOUT)
    )
    made._create_connection = connect  # type: ignore[attr-defined]  # noqa: SLF001  # the standard library's own hook
    return made


@contextmanager
def _ended(connection: HTTPConnection) -> Iterator[None]:
    """Close a connection at the end, and while it still talks if that takes too long."""

    def cut() -> None:
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)

    limit = Timer(_WHOLE, cut)
    limit.daemon = True
    limit.start()
    try:
        yield
    finally:
        limit.cancel()
        connection.close()
