"""Further processes that serve gRPC at the catalogue's address, since one Python process answers few small calls.

The kernel assigns each new connection to one of them. They share nothing but the database. Whatever must run only once
(the reaper, the courier, backfills) runs in the first process.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.runtime.fronts.fleet import reserve
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import PREFIX, Settings

__all__ = ["Crew", "end_when_alone"]

_log = logging.getLogger(__name__)
_ANSWERING = (sys.executable, "-m", "helioscribe.catalogue.app", "answer")
_PAUSE = 1.0
_PATIENCE = 10.0


class Crew:
    """A gRPC server with further processes beside it, which are restarted when they die and end with it.

    Parameters
    ----------
    settings
        Address and number of the processes, this one included. Each has a monitor of its own, at the ports after that
        of this process.
    start
        Starts the server of this process at a shared address.

    Raises
    ------
    InvalidInputError
        If the database is not Postgres.
    UnavailableError
        If the address is taken.
    """

    def __init__(self, settings: Settings, start: Callable[[Settings], Server]) -> None:
        if not settings.catalogue.startswith("postgresql"):
            raise InvalidInputError(f"{PREFIX}CATALOGUE_PROCESSES: only Postgres serves more than one well")
        try:
            self._held = reserve(settings.address)
        except OSError as error:
            raise UnavailableError.wrap(error, doing=f"listening on {settings.address}") from None
        self.port: int = self._held.getsockname()[1]
        settings = replace(settings, address=_with_port(settings.address, self.port))
        self._server = start(settings)
        self._stopped = threading.Event()
        self._keepers = [
            threading.Thread(target=self._keep, args=(_differing(settings, number),), daemon=True)
            for number in range(1, settings.catalogue_processes)
        ]
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """Accept no more calls in any of the processes, and let running ones end."""
        self._stopped.set()
        self._server.stop()
        for keeper in self._keepers:
            keeper.join()
        self._held.close()

    def _keep(self, differing: Mapping[str, str]) -> None:
        """Keep one further process running until `stop`."""
        while not self._stopped.is_set():
            child = subprocess.Popen(  # noqa: S603  # our own module
                _ANSWERING, env={**os.environ, **differing}, stdin=subprocess.PIPE
            )
            while child.poll() is None and not self._stopped.wait(_PAUSE / 10):
                pass
            if not self._stopped.is_set():
                _log.error("a serving process ended with status %s; it is restarted", child.returncode)
            _end(child)
            self._stopped.wait(_PAUSE)


def end_when_alone() -> None:
    """Make this process terminate when the process that started it closes its standard input, or dies."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):  # not through its buffer, whose lock an interpreter that ends wants
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="alone", daemon=True).start()


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=_PATIENCE)  # closes its input
    child.kill()
    child.wait()


def _differing(settings: Settings, number: int) -> dict[str, str]:
    """Return the settings that differ from those of the first process."""
    monitor, port = settings.monitor_address, settings.monitor_address.rpartition(":")[2]
    if port.isdigit() and int(port):  # 0 is any free one
        monitor = _with_port(monitor, int(port) + number)
    return {f"{PREFIX}ADDRESS": settings.address, f"{PREFIX}MONITOR_ADDRESS": monitor}


def _with_port(address: str, port: int) -> str:
    return f"{address.rpartition(':')[0]}:{port}"
