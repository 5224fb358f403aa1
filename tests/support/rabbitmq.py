"""A real RabbitMQ for a test session: its own node, ports and folders on loopback."""

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

__all__ = ["rabbitmq_url"]

_PATIENCE = 90.0


def _program() -> str | None:
    found = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return str(found) if found.is_file() else shutil.which("rabbitmq-server")


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """URL of a broker of this session's own."""
    program = _program()
    if program is None:
        pytest.skip("no rabbitmq-server on this machine: scripts/install-test-servers.sh installs one")
    folder = Path(tempfile.mkdtemp(prefix="rabbitmq-"))
    port, distribution, epmd = free_port(), free_port(), free_port()
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text("consumer_timeout = 86400000\nloopback_users.guest = true\n")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
        "RABBITMQ_NODENAME": f"test{port}@localhost", "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"), "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"), "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"), "ERL_EPMD_PORT": str(epmd), "ERL_EPMD_ADDRESS": "127.0.0.1",
    }  # fmt: skip
    log = (folder / "out").open("wb")
    process = subprocess.Popen([program], env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _await(process, port, folder)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.run(["epmd", "-port", str(epmd), "-kill"], env=environment, capture_output=True, check=False)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


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
