"""An HTTP server in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Self

from helioscribe.domain.errors import UnavailableError

__all__ = ["HttpServer", "listen"]

_START = 10.0
_LOOK_EVERY = 0.02


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any free one. Raises `UnavailableError` if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise UnavailableError(f"listening on {host}:{port}: {error.strerror or error}") from None
    # Else the body of an answer waits for the receipt of its head, 40 ms on every connection that is kept open.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServer:
    """Serves an application until it is stopped."""

    server: Any
    """A `uvicorn.Server`."""

    thread: threading.Thread
    """Runs it."""

    port: int
    """Where it listens."""

    @classmethod
    def start(cls, site: Any, listening: socket.socket, *, proxies: str = "127.0.0.1") -> Self:
        """Serve an ASGI application on a socket.

        Parameters
        ----------
        site
            The application.
        listening
            The socket.
        proxies
            Addresses and networks, with commas, of those whose ``X-Forwarded-For`` and ``-Proto`` are believed.

        Raises
        ------
        UnavailableError
            If it does not come up.
        """
        import uvicorn

        config = uvicorn.Config(
            site,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)
        thread.start()
        deadline = time.monotonic() + _START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise UnavailableError("the web server did not start")
            time.sleep(_LOOK_EVERY)
        return cls(server=server, thread=thread, port=listening.getsockname()[1])

    def stop(self) -> None:
        """Take no more requests and end."""
        self.server.should_exit = True
        self.thread.join(timeout=_START)
