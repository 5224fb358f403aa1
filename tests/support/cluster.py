"""The distributed platform: every service a process, on real Postgres, RabbitMQ and S3, with tokens on."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from helioscribe.client import Client
from helioscribe.db import migrate, open_engine
from helioscribe.domain.errors import HelioscribeError, UnavailableError
from helioscribe.runtime.auth import SCOPES, TokenFile
from support.ports import free_port

__all__ = ["Cluster"]

_PATIENCE = 120.0
_SCRIPTS = Path(__file__).parents[2] / "scripts"
_SERVICE_SCOPES = runpy.run_path(str(_SCRIPTS / "make-secrets.py"))["SERVICE_SCOPES"]  # what operators give them
_COMMANDS = {
    "catalogue": ["helioscribe.catalogue.app"],
    "association": ["helioscribe.catalogue.app", "association"],
    "ingest": ["helioscribe.ingest.app"],
    "inference": ["helioscribe.inference.app"],
    "training": ["helioscribe.embedded.training"],
    "web": ["helioscribe.web.app"],
}


@dataclass
class Cluster:
    """Starts, kills and restarts services."""

    database: str
    broker: str
    bucket: str
    lease: float = 3.0
    fronts: int = 1
    traces: str = ""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="cluster-")))
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in _COMMANDS})
    http_port: int = field(default_factory=free_port)
    monitors: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in _COMMANDS})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start all services and wait until they answer."""
        self.prepare()
        for name in _COMMANDS:
            self.spawn(name)
        self.await_ready()

    def prepare(self) -> None:
        """Make the tables and the tokens."""
        engine = open_engine(self.database)
        migrate(engine)
        engine.dispose()
        tokens = TokenFile(self.folder / "tokens.json")
        self.token, self.worker_token = tokens.add("test", SCOPES[:-1]), tokens.add("services", _SERVICE_SCOPES)

    def spawn(self, name: str, **also: str) -> None:
        """Start one service, with further variables in its environment."""
        own = {"ADDRESS": self.ports[name], "MONITOR_ADDRESS": self.monitors[name]}
        places = {f"HELIOSCRIBE_{setting}": f"127.0.0.1:{port}" for setting, port in own.items()}
        self.processes[name] = self.another(name, **places, **also)

    def another(self, name: str, /, *, prefix: Sequence[str] = (), **also: str) -> subprocess.Popen[bytes]:
        """Start one more process of a service, by a command behind `prefix`, and return it."""
        own = name in ("catalogue", "association")
        settings = {
            "CATALOGUE": self.database if own else f"grpc://127.0.0.1:{self.ports['catalogue']}",
            "ARTIFACTS": self.bucket,
            "QUEUE": self.broker,
            "ADDRESS": "127.0.0.1:0",
            "HTTP_ADDRESS": f"127.0.0.1:{self.http_port}",
            "INFERENCE": f"grpc://127.0.0.1:{self.ports['inference']}",
            "TOKEN": self.worker_token,
            "TOKENS_FILE": str(self.folder / "tokens.json"),
            "LEASE": str(self.lease),
            "REAP_EVERY": "0.5",
            "LOG_FORMAT": "json",
            "TRACES": self.traces,
            "FRONTS": str(self.fronts),
        }
        # Many threads on a busy machine wait for each other; spans are sent at once.
        threads = {"OMP_NUM_THREADS": "1", "OTEL_BSP_SCHEDULE_DELAY": "100"}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HELIOSCRIBE_")}
        environment = kept | threads | {f"HELIOSCRIBE_{key}": value for key, value in settings.items()} | also
        log = (self.folder / f"{name}.log").open("ab")
        command = [*prefix, sys.executable, "-m", *_COMMANDS[name]]
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """End a service as a crash would: kill -9."""
        self.processes[name].kill()
        self.processes[name].wait()

    def client(self) -> Client:
        """Return a client of the whole platform."""
        address = {name: f"grpc://127.0.0.1:{port}" for name, port in self.ports.items()}
        return Client(address["catalogue"], ingest=address["ingest"], inference=address["inference"], token=self.token)

    def await_ready(self) -> None:
        """Wait until every service answers."""
        with self.client() as client:
            for ask in (client.catalogue.failures, client.detectors, self._listens):
                self.await_answer(ask)

    def await_answer(self, ask: Callable[[], object]) -> None:
        """Wait until a question is answered."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            with suppress(HelioscribeError):
                ask()
                return
            if time.monotonic() > deadline:
                raise RuntimeError(self.logs())
            time.sleep(0.2)

    def _listens(self) -> None:
        # Some have no call that changes nothing; a port that answers will do.
        try:
            for port in (self.ports["ingest"], self.ports["training"], self.http_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError as error:
            raise UnavailableError.wrap(error, doing="a service") from None

    def logs(self) -> str:
        """Return the ends of all logs, for a failing test."""
        ends = {path.name: path.read_text(errors="replace")[-3000:] for path in self.folder.glob("*.log")}
        return "\n".join(f"== {name}\n{text}" for name, text in ends.items())

    def stop(self) -> None:
        """End all services."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
