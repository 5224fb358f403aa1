"""Safe HTTP posts to addresses given by users: no private networks, no redirections, no second look-up of names."""

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
    """Post a body and return the HTTP status. The answer is not read, and redirections are not followed.

    Parameters
    ----------
    url, body, headers
        Address, content and headers of the post.
    inside
        Whether addresses in private, loopback or link-local networks are allowed.

    Raises
    ------
    OSError
        If there is no answer, or the address is not allowed.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        connection = _connection(parts.scheme, host, port, _resolved(host, port, inside=inside))
        with _ended(connection):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, dict(headers))
            return connection.getresponse().status
    except (ValueError, HTTPException) as error:  # such as an answer that is not HTTP
        raise OSError(str(error)) from error


def _resolved(host: str, port: int, *, inside: bool) -> str:
    """Return the IP address to connect to. If any address of the name is not allowed, the name is refused."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not inside and (hidden := next(filter(is_inside, found), None)):
        raise OSError(f"{host} leads to {hidden} in a private network; HELIOSCRIBE_WEBHOOKS_INSIDE=1 would allow that")
    return found[0]


def _connection(scheme: str, host: str, port: int, address: str) -> HTTPConnection:
    # The name is not looked up again, since it could lead to another address now. The certificate and the header "Host"
    # are those of the name.
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
    """Close a connection at the end of the block, or after a time limit for the whole exchange."""

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
