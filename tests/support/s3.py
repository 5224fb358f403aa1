"""A server that speaks S3, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import count

import pytest

from support.ports import free_port

__all__ = ["s3_server", "s3_url"]

_PATIENCE = 30.0
_names = count()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Address of a server of this session's own."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def s3_url(s3_server: str) -> str:
    """URL of a bucket of this test's own; it does not exist yet."""
    return f"s3://testing:testing@{s3_server}/bucket{next(_names)}?secure=0"


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the S3 server did not start")
