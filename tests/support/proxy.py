"""A network between two processes that a test can cut, or make slow."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

__all__ = ["Proxy"]

_CHUNK = 1 << 16


class Proxy:
    """Forwards a loopback port to another.

    Parameters
    ----------
    target
        Port that the real server listens on.
    host
        Address to listen on.
    """

    def __init__(self, target: int, host: str = "127.0.0.1") -> None:
        self._target = target
        self.delay = 0.0
        """Seconds that every piece of data takes, each way."""
        self._cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server((host, 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections and let none come up."""
        self._cut = True
        with self._lock:
            for one in self._open:
                _end(one)
            self._open.clear()

    def mend(self) -> None:
        """Let connections come up again."""
        self._cut = False

    def close(self) -> None:
        """Forward nothing any more."""
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._cut:
                _end(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                _end(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        for one in (source, sink):
            _end(one)
            with self._lock:
                self._open.discard(one)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
