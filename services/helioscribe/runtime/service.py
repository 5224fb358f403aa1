"""Runs one service as a process: a gRPC server, a worker of the queue, or both, until SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol

from helioscribe.domain.errors import HelioscribeError, UnavailableError, UsageError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.logs import configure
from helioscribe.runtime.monitor import Check, Health, Monitor
from helioscribe.runtime.runner import Handler, JobRunner
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.tracing import Tracing
from helioscribe.runtime.wiring import Platform, connect

__all__ = ["Parts", "RunningServer", "main", "once", "repeat"]

_log = logging.getLogger(__name__)
_PATIENCE, _PAUSE = 60, 1.0


class RunningServer(Protocol):
    """A server that has been started."""

    @property
    def port(self) -> int:
        """Port that it listens on."""

    def stop(self) -> None:
        """End it, after the calls that it is answering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Parts of a service."""

    serve: Callable[[Settings], RunningServer] | None = None
    """Starts its server and returns it."""

    handlers: Mapping[JobKind, Handler] = field(default_factory=dict)
    """Handlers of the jobs that it does, by kind."""

    every: Sequence[Callable[[], object]] = ()
    """Functions called every `Settings.reap_every` seconds, each in its own thread."""

    stop: Callable[[], object] | None = None
    """Called when the process is to end, so that long jobs stop early."""

    close: Callable[[], object] | None = None
    """Called when all jobs and calls have ended."""

    concurrency: int | None = None
    """Number of jobs at the same time; None takes it from the settings."""


def main(name: str, compose: Callable[[Platform], Parts]) -> None:
    """Run a service with the settings of the environment.

    Parameters
    ----------
    name
        Name of the service, for the log.
    compose
        Returns the parts of the service.
    """
    once(name, lambda: _live(name, compose))


def once(name: str, action: Callable[[], None]) -> None:
    """Call `action`. If it fails, print the error in one line and exit with 1, or with 2 for wrong usage."""
    try:
        action()
    except HelioscribeError as error:
        sys.stderr.write(f"helioscribe {name}: {error.message}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)


def _live(name: str, compose: Callable[[Platform], Parts]) -> None:
    settings = Settings.from_environment()
    configure(level=settings.log_level, form=settings.log_format)
    _on_signals(lambda: sys.exit(0))  # nothing is under way yet
    if settings.traces:
        Tracing.start(name, settings.traces)
    platform = _connected(settings)
    _run(name, settings, platform, compose(platform))


def _on_signals(action: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: action())


def _connected(settings: Settings) -> Platform:
    # The database may start a little later than this process.
    for _ in range(_PATIENCE):
        try:
            platform = connect(settings)
            platform.catalogue.failures(limit=1)
        except UnavailableError as error:
            _log.info("waiting: %s", error.message)
            time.sleep(_PAUSE)
        else:
            return platform
    raise UnavailableError(f"catalogue or artifacts did not answer within {_PATIENCE * _PAUSE:.0f} s")


def _run(name: str, settings: Settings, platform: Platform, parts: Parts) -> None:
    stop = threading.Event()
    _on_signals(stop.set)
    threading.Thread(target=_begin_to_end, args=(name, parts, stop), name="ending", daemon=True).start()
    with ExitStack() as ends:
        ends.callback(Tracing.stop)
        ends.callback(platform.close)
        if monitor := _monitored(settings, platform):
            ends.callback(monitor.stop)
        if parts.close:
            ends.callback(parts.close)
        if server := parts.serve(settings) if parts.serve else None:
            _log.info("%s serves on port %s", name, server.port)
            ends.callback(server.stop)
        ends.callback(stop.set)
        for action in parts.every:
            threading.Thread(target=repeat, args=(action, settings.reap_every, stop), daemon=True).start()
        if parts.handlers:
            _work(settings, platform, parts, stop)
        else:
            stop.wait()
    _log.info("%s has ended", name)


def _begin_to_end(name: str, parts: Parts, stop: threading.Event) -> None:
    stop.wait()
    _log.info("%s ends; the jobs and calls that it has begun are ended first, or given back", name)
    if parts.stop is not None:
        parts.stop()


def _monitored(settings: Settings, platform: Platform) -> Monitor | None:
    if not settings.monitor_address:
        return None
    checks: dict[str, Check] = {
        "catalogue": lambda: _ask(platform.catalogue.failures(limit=1)),
        "artifacts": lambda: _ask(platform.artifacts.exists("raw/00/none")),
        "queue": platform.queue.check,
    }
    return Monitor(settings.monitor_address, Health(checks=checks))


def _ask(_answer: object) -> None:
    """Ignore the answer; that there is one is enough."""


def _work(settings: Settings, platform: Platform, parts: Parts, stop: threading.Event) -> None:
    from helioscribe.runtime.worker import consume

    runner = JobRunner(
        jobs=platform.jobs,
        queue=platform.queue,
        handlers=parts.handlers,
        worker=settings.worker_name,
        lease=settings.lease,
        patience=settings.patience,
        stopping=stop,
    )
    concurrency = parts.concurrency or settings.concurrency
    consume(settings.queue, runner, kinds=tuple(parts.handlers), concurrency=concurrency)


def repeat(action: Callable[[], object], every: float, stop: threading.Event) -> None:
    """Call `action` every `every` seconds until `stop` is set; errors are logged."""
    while not stop.wait(every):
        try:
            action()
        except Exception:  # noqa: BLE001  # the next turn may go well
            _log.exception("a regular task failed; it goes on")
