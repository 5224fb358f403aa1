"""Addresses, deadlines and lost connections."""

import socket
import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.adapters.rpc import RpcCatalogue, RpcJobs, open_channel
from helioscribe.domain.errors import DeadlineError, InvalidInputError, NotFoundError, UnavailableError
from support.ports import free_port
from support.wired import calling, wired


class Slow(MemoryCatalogue):
    """Answers when it is allowed to."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def failures(self, *, limit=1000):
        self.go.wait(20)
        return super().failures(limit=limit)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:50051",
        "http://localhost:1",
        "grpc://localhost",
        "grpc://:50051",
        "grpc://localhost:99999",
        "grpc://localhost:port",
        "grpc://[::1",
        "grpc:///socket",
        "grpc://localhost:1/path",
        "sqlite:///x",
        "grpc://localhost:0",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InvalidInputError, match="not a server's address"):
        open_channel(url)


@pytest.mark.parametrize("token", ["hs_1\n", "hs_☀", "a\x00b"])
def test_what_cannot_be_a_token_is_refused(token):
    with pytest.raises(InvalidInputError, match="token"):
        open_channel("grpc://localhost:1", token=token)


def test_missing_tls_files_are_named(tmp_path):
    with pytest.raises(InvalidInputError, match="absent.pem"):
        open_channel("grpcs://localhost:1", authority=tmp_path / "absent.pem")


def test_nobody_there():
    port = free_port()
    caller = open_channel(f"grpc://127.0.0.1:{port}", timeout=5)
    with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}"):
        RpcJobs(caller).get("job")
    with pytest.raises(UnavailableError):
        list(RpcCatalogue(caller).follow())
    caller.close()


def test_every_call_has_a_deadline():
    catalogue = Slow()
    stores = SimpleNamespace(catalogue=catalogue, jobs=MemoryJobs(), models=MemoryModels())
    with wired(stores=stores) as server, calling(server, timeout=0.3) as caller:
        started = time.monotonic()
        with pytest.raises(DeadlineError, match="localhost"):
            RpcCatalogue(caller).failures()
        assert time.monotonic() - started < 5
        catalogue.go.set()
        assert RpcCatalogue(caller).failures() == []


def test_a_server_may_come_back():
    port = free_port()
    with wired(address=f"127.0.0.1:{port}") as server:
        caller = open_channel(server.url, timeout=5)
        with pytest.raises(NotFoundError):
            RpcJobs(caller).get("job")
    with pytest.raises(UnavailableError):
        RpcJobs(caller).get("job")
    with wired(address=f"127.0.0.1:{port}"):
        deadline = time.monotonic() + 20
        while True:
            try:
                RpcJobs(caller).get("job")
            except NotFoundError:
                break
            except UnavailableError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    caller.close()


def sixth_version() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not sixth_version(), reason="this machine has no IPv6 loopback")
def test_addresses_of_the_sixth_version():
    with wired(address="[::1]:0") as server:
        caller = open_channel(f"grpc://[::1]:{server.server.port}", timeout=5)
        with pytest.raises(NotFoundError):
            RpcJobs(caller).get("job")
        caller.close()
