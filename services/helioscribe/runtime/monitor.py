"""HTTP server for the operator's tools: metrics, liveness and health of a process."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UnavailableError
from helioscribe.runtime.metrics import exposition

__all__ = ["Check", "Health", "Monitor"]

_log = logging.getLogger(__name__)
_FRESH = 2.0
_TEXT = "text/plain; version=0.0.4; charset=utf-8"

Check = Callable[[], None]
"""Raises `HelioscribeError` if something that the process needs is not available."""


@dataclass(slots=True, kw_only=True)
class Health:
    """Checks everything that a process needs, at most every two seconds."""

    checks: Mapping[str, Check] = field(default_factory=dict)
    """Checks by name."""

    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _asked: float = field(default=float("-inf"), init=False)
    _found: dict[str, str] = field(default_factory=dict, init=False)

    def look(self) -> Mapping[str, str]:
        """Return ``ok`` or the error of each check, by name."""
        with self._lock:
            if time.monotonic() - self._asked > _FRESH:
                self._found = {name: _outcome(name, check) for name, check in self.checks.items()}
                self._asked = time.monotonic()
            return dict(self._found)


def _outcome(name: str, check: Check) -> str:
    try:
        check()
    except HelioscribeError as error:
        return error.message
    except Exception:  # noqa: BLE001  # a probe must have an answer
        _log.exception("health of %s", name)
        return "a defect; the log says more"
    return "ok"


class Monitor:
    """Serves ``/metrics``, ``/livez`` and ``/healthz`` in a thread.

    Parameters
    ----------
    address
        ``host:port``; port 0 takes a free one. It must be in the operator's own network, since no token is needed.
    health
        The checks of ``/healthz``. ``/livez`` only says that the process answers.

    Raises
    ------
    InvalidInputError
        If the address is malformed.
    UnavailableError
        If the address is taken.
    """

    def __init__(self, address: str, health: Health) -> None:
        host, _, port = address.rpartition(":")
        if not port.isdigit():
            raise InvalidInputError(f"HELIOSCRIBE_MONITOR_ADDRESS: expected host:port, got {address!r}")
        handler = type("Handler", (_Handler,), {"health": health})
        try:
            self._server = ThreadingHTTPServer((host.strip("[]"), int(port)), handler)
        except OSError as error:
            raise UnavailableError(f"listening on {address}: {error.strerror or error}") from None
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="monitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    health: Health
    timeout = 10.0

    def do_GET(self) -> None:  # the name that the library calls
        match self.path.partition("?")[0]:
            case "/metrics":
                self._answer(200, _TEXT, exposition())
            case "/livez":
                self._answer(200, "application/json", b"{}\n")
            case "/healthz":
                found = self.health.look()
                well = all(text == "ok" for text in found.values())
                self._answer(200 if well else 503, "application/json", json.dumps(found).encode() + b"\n")
            case _:
                self._answer(404, "text/plain", b"there are /metrics, /livez and /healthz\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Write nothing to the log: probes are frequent."""
