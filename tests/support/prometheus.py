"""A real Prometheus that reads our processes by our own configuration and rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from support.ports import free_port

__all__ = ["COMPOSE", "Prometheus", "start_prometheus"]

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose"
"""Where its configuration, the rules and the dashboard are."""


@dataclass(frozen=True)
class Prometheus:
    """What one asks it."""

    port: int

    def ask(self, path: str, **question: str) -> Any:
        """Return the data of an answer of its API."""
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(question)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def values(self, expression: str) -> list[tuple[Mapping[str, str], float]]:
        """Return what an expression gives now: labels and value."""
        return [(one["metric"], float(one["value"][1])) for one in self.ask("query", query=expression)["result"]]


@contextmanager
def start_prometheus(folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """Start one with our configuration, in which only the addresses of the processes are others.

    Parameters
    ----------
    folder
        For its data.
    targets
        Addresses of processes by service.
    """
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("no prometheus on this machine: scripts/install-test-servers.sh installs one")
    (folder / "prometheus.yml").write_text(_configuration(targets), encoding="utf-8")
    port = free_port()
    command = [
        program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(process, port, folder / "prometheus.log")
        yield Prometheus(port)
    finally:
        process.terminate()
        process.wait()


def _configuration(targets: Mapping[str, str]) -> str:
    text = (COMPOSE / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("/etc/prometheus/alerts.yml", str(COMPOSE / "alerts.yml")).replace("15s", "1s")
    groups = [{"targets": [address], "labels": {"service": name}} for name, address in targets.items()]
    found, number = re.subn(
        r"    dns_sd_configs:.*", f"    static_configs: {json.dumps(groups)}\n", text, flags=re.DOTALL
    )
    assert number == 1
    return found


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"Prometheus did not start: {log.read_text(errors='replace')[-2000:]}")
