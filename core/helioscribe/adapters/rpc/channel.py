"""Connections to a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc

from helioscribe.adapters.rpc.errors import raised
from helioscribe.domain.errors import InvalidInputError

__all__ = ["MESSAGE_LIMIT", "Caller", "open_channel"]

MESSAGE_LIMIT = 64 << 20
"""Most bytes of one message, both ways; larger things are streamed."""

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
]


class Caller:
    """A channel with its token and its usual deadline.

    Parameters
    ----------
    channel
        Where calls go.
    server
        Its address, for messages.
    token
        Shown with every call; None for none.
    timeout
        Deadline of a call [s] unless it says otherwise.
    """

    def __init__(self, channel: Any, *, server: str, token: str | None = None, timeout: float = 30.0) -> None:
        self.channel, self.server, self.timeout = channel, server, timeout
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()

    def call(self, method: Callable[..., Any], request: Any, *, timeout: float | None = None) -> Any:
        """Make a call that has one answer. Raises what the server raised."""
        with raised(self.server):
            return method(request, metadata=self._metadata, timeout=self.timeout if timeout is None else timeout)

    def stream(self, method: Callable[..., Any], request: Any, *, timeout: float | None = None) -> Any:
        """Make a call with many answers and yield them. Raises what the server raised."""
        with raised(self.server):
            answers = method(request, metadata=self._metadata, timeout=timeout)
            try:
                yield from answers
            finally:
                answers.cancel()

    def close(self) -> None:
        """Let go of the connection."""
        self.channel.close()


def open_channel(url: str, *, token: str | None = None, authority: Path | None = None, timeout: float = 30.0) -> Caller:
    """Open a channel; nothing is connected before the first call.

    Parameters
    ----------
    url
        ``grpc://host:port``, or ``grpcs://host:port`` with TLS.
    token
        API token.
    authority
        PEM file of the authority to trust; the system's by default.
    timeout
        Usual deadline of a call [s].

    Raises
    ------
    InvalidInputError
        For another kind of URL, or an authority that cannot be read.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("grpc", "grpcs") or not parts.hostname or not parts.port:
        raise InvalidInputError(f"not a server's address: {url[:80]!r}; expected grpc://host:port")
    address = f"{parts.hostname}:{parts.port}"
    if parts.scheme == "grpc":
        channel = grpc.insecure_channel(address, options=_OPTIONS)
    else:
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(_read(authority)), options=_OPTIONS)
    return Caller(channel, server=address, token=token, timeout=timeout)


def _read(authority: Path | None) -> bytes | None:
    try:
        return authority.read_bytes() if authority else None
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=f"authority {authority}") from None
