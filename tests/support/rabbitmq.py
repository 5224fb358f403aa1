"""A real RabbitMQ: its own node, ports and folders on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ports import free_port

__all__ = ["RabbitServer", "rabbitmq_url"]

_PATIENCE = 90.0


class RabbitServer:
    """A broker that can be killed and started again with what it had."""

    def __init__(self) -> None:
        program = _program()
        if program is None:
            pytest.skip("no rabbitmq-server on this machine: scripts/install-test-servers.sh installs one")
        self._program = program
        self._folder = folder = Path(tempfile.mkdtemp(prefix="rabbitmq-"))
        self.port, distribution, self._epmd = free_port(), free_port(), free_port()
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text("consumer_timeout = 86400000\nloopback_users.guest = true\n")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # so that it ends although it may still list the node
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def pid(self) -> int:
        """Number of its process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "out").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        _await(self._process, self.port, self._folder)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it for good."""
        self.kill()
        kill_names = ["epmd", "-port", str(self._epmd), "-kill"]
        subprocess.run(kill_names, env=self._environment, capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)


def _program() -> str | None:
    found = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return str(found) if found.is_file() else shutil.which("rabbitmq-server")


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """URL of a broker of this session's own."""
    server = RabbitServer()
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def _await(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                probe.settimeout(5)
                if probe.recv(1):
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"RabbitMQ did not start: {(folder / 'out').read_text(errors='replace')[-2000:]}")
