"""The distributed platform: every service a process, on real Postgres, RabbitMQ and S3, with tokens on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
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
_COMMANDS = {
    "catalogue": ["helioscribe.catalogue.app"],
    "association": ["helioscribe.catalogue.app", "association"],
    "ingest": ["helioscribe.ingest.app"],
    "inference": ["helioscribe.inference.app"],
    "training": ["helioscribe.embedded.training"],
}


@dataclass
class Cluster:
    """Starts, kills and restarts services."""

    database: str
    broker: str
    bucket: str
    lease: float = 3.0
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="cluster-")))
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in _COMMANDS})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start all services and wait until they answer."""
        engine = open_engine(self.database)
        migrate(engine)
        engine.dispose()
        tokens = TokenFile(self.folder / "tokens.json")
        self.token, self.worker_token = tokens.add("test", SCOPES[:-1]), tokens.add("services", ("read", "train", "worker"))
        for name in _COMMANDS:
            self.spawn(name)
        self.await_ready()

    def spawn(self, name: str, **also: str) -> None:
        """Start one service, with further variables in its environment."""
        self.processes[name] = self.another(name, HELIOSCRIBE_ADDRESS=f"127.0.0.1:{self.ports[name]}", **also)

    def another(self, name: str, **also: str) -> subprocess.Popen[bytes]:
        """Start one more process of a service and return it."""
        own = name in ("catalogue", "association")
        settings = {
            "CATALOGUE": self.database if own else f"grpc://127.0.0.1:{self.ports['catalogue']}",
            "ARTIFACTS": self.bucket, "QUEUE": self.broker, "ADDRESS": "127.0.0.1:0",
            "TOKEN": self.worker_token, "TOKENS_FILE": str(self.folder / "tokens.json"),
            "LEASE": str(self.lease), "REAP_EVERY": "0.5", "LOG_LEVEL": "INFO",
        }  # fmt: skip
        threads = {"OMP_NUM_THREADS": "1"}  # many threads on a busy machine wait for each other
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HELIOSCRIBE_")}
        environment = kept | threads | {f"HELIOSCRIBE_{key}": value for key, value in settings.items()} | also
        log = (self.folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", *_COMMANDS[name]]
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
        deadline = time.monotonic() + _PATIENCE
        with self.client() as client:
            for ask in (client.failures, client.detectors, self._listens):
                while True:
                    with suppress(HelioscribeError):
                        ask()
                        break
                    if time.monotonic() > deadline:
                        raise RuntimeError(self.logs())
                    time.sleep(0.2)

    def _listens(self) -> None:
        # Some have no call that changes nothing; a port that answers will do.
        try:
            for name in ("ingest", "training"):
                socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
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
