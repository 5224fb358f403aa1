"""Connections to a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc

from helioscribe.adapters.rpc.errors import raised
from helioscribe.domain import trace
from helioscribe.domain.errors import InvalidInputError

__all__ = ["LONG", "MESSAGE_LIMIT", "Caller", "open_channel"]

MESSAGE_LIMIT = 64 << 20
"""Most bytes of one message, both ways; larger things are streamed."""

LONG = 3600.0
"""Deadline of calls that move or compute much [s]."""

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    # A server that has vanished is noticed, also while a watched thing does not change.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
]


class Caller:
    """A channel with its token and its usual deadline.

    Parameters
    ----------
    channel
        Channel to the server.
    server
        Address of the server, for messages of errors.
    token
        Shown with every call; None for none.
    timeout
        Deadline of a call [s] unless it says otherwise.
    """

    def __init__(self, channel: Any, *, server: str, token: str | None = None, timeout: float = 30.0) -> None:
        self.channel, self._server, self._timeout = channel, server, timeout
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()

    def call(self, method: Callable[..., Any], request: Any, *, timeout: float | None = None) -> Any:
        """Make a call that has one answer. Raises what the server raised."""
        with raised(self._server):
            return method(request, metadata=self._with_trace(), timeout=timeout or self._timeout)

    def gather(self, method: Callable[..., Any], request: Any) -> list[Any]:
        """Make a call with many answers and return them all. Raises what the server raised."""
        return list(self.stream(method, request, timeout=self._timeout))

    def stream(self, method: Callable[..., Any], request: Any, *, timeout: float | None) -> Iterator[Any]:
        """Make a call with many answers and yield them as they come. Raises what the server raised.

        Parameters
        ----------
        method, request
            What to ask.
        timeout
            Deadline of the whole call, with the time that the answers' reader takes [s]; None for a call without end.
        """
        with raised(self._server):
            answers = method(request, metadata=self._with_trace(), timeout=timeout)
            try:
                yield from answers
            finally:
                answers.cancel()

    def close(self) -> None:
        """Let go of the connection."""
        self.channel.close()

    def _with_trace(self) -> tuple[tuple[str, str], ...]:
        place = trace.header()
        return (*self._metadata, (trace.HEADER, place)) if place else self._metadata


def open_channel(
    url: str,
    *,
    token: str | None = None,
    authority: Path | None = None,
    identity: tuple[Path, Path] | None = None,
    timeout: float = 30.0,
) -> Caller:
    """Open a channel; nothing is connected before the first call.

    Parameters
    ----------
    url
        ``grpc://host:port``, or ``grpcs://host:port`` with TLS.
    token
        API token.
    authority
        PEM file of the authority to trust; the system's by default.
    identity
        PEM files of a certificate and its key, for a server that asks who calls.
    timeout
        Usual deadline of a call [s].

    Raises
    ------
    InvalidInputError
        For another kind of URL, a token that cannot be one, or a file that cannot be read.
    """
    scheme, address = _parts(url)
    if token is not None and not (token.isascii() and token.isprintable()):
        raise InvalidInputError("the token holds letters that no token has; is there a line break in it?")
    if scheme == "grpc":
        channel = grpc.insecure_channel(address, options=_OPTIONS)
    else:
        channel = grpc.secure_channel(address, _credentials(authority, identity), options=_OPTIONS)
    return Caller(channel, server=address, token=token, timeout=timeout)


def _parts(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("grpc", "grpcs") or parts.path.strip("/"):
        raise InvalidInputError(f"not a server's address: {url[:80]!r}; expected grpc://host:port")
    return parts.scheme, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _credentials(authority: Path | None, identity: tuple[Path, Path] | None) -> Any:
    certificate, key = (_read(file) for file in identity) if identity else (None, None)
    return grpc.ssl_channel_credentials(_read(authority) if authority else None, key, certificate)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=f"TLS file {file}") from None
