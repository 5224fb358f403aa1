"""Processes that take a server's calls."""

import asyncio
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
import pytest

from helioscribe.domain.errors import NotFoundError, UnavailableError
from helioscribe.runtime.auth import TokenFile
from helioscribe.runtime.fronts import fleet
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from support.certificates import Authority
from support.ports import free_port
from support.waiting import eventually

METHOD = "/test.Service/Ask"


class Service:
    """Answers "who" with its process, "wait" when it may, and has never heard of anything else."""

    def __init__(self):
        self.may, self.waiting, self.gone = threading.Event(), threading.Event(), threading.Event()

    async def ask(self, request, call):
        if request == b"who":
            return str(os.getpid()).encode()
        if request != b"wait":
            raise NotFoundError(f"no {request.decode()}")
        self.waiting.set()
        try:
            await asyncio.to_thread(self.may.wait, 10)
        except asyncio.CancelledError:
            self.gone.set()
            raise
        return b"done"


@contextmanager
def serving(service=None, fronts=1, **settings):
    handler = grpc.unary_unary_rpc_method_handler((service or Service()).ask, bytes, bytes)
    server = Server(Settings(**{"address": "127.0.0.1:0", "fronts": fronts, **settings}), scopes={METHOD: "read"})
    server.start(direct={METHOD: handler})
    try:
        yield server
    finally:
        server.stop(grace=0)


def asking(server, host="127.0.0.1", credentials=None):
    address = f"{host}:{server.port}"
    return grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)


def ask(channel, question=b"who", **options):
    return channel.unary_unary(METHOD)(question, timeout=10, wait_for_ready=True, **options)


def fails(code, text, *arguments, **options):
    with pytest.raises(grpc.RpcError, match=text) as caught:
        ask(*arguments, **options)
    assert caught.value.code() is code


def fronts_of_this_process():
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            ours = int(file.read_text().rpartition(")")[2].split()[1]) == os.getpid()
            if ours and b"fronts.front" in (file.parent / "cmdline").read_bytes():
                found.append(int(file.parent.name))
    return found


def test_direct_calls_come_to_this_process_and_errors_with_their_status():
    with serving() as server, asking(server) as channel:
        assert ask(channel) == str(os.getpid()).encode()
        fails(grpc.StatusCode.NOT_FOUND, "no sense", channel, b"sense")
        with pytest.raises(grpc.RpcError, match="not found") as caught:
            channel.unary_unary("/test.Service/Other")(b"", timeout=10)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_killed_front_is_replaced():
    with serving() as server, asking(server) as channel:
        ask(channel)
        (first,) = fronts_of_this_process()
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 20
        while (found := fronts_of_this_process()) in ([], [first]):
            assert time.monotonic() < until
            time.sleep(0.02)
        assert ask(channel) == str(os.getpid()).encode()
    assert fronts_of_this_process() == []
    assert found != [first]


def test_one_that_cannot_be_replaced_at_first_is_replaced_later(monkeypatch):
    monkeypatch.setattr(fleet, "_AGAIN", 0.05)
    start, failures = asyncio.create_subprocess_exec, iter([OSError(11, "no more processes"), None])

    async def start_in_the_end(*words, **options):
        if error := next(failures):
            raise error
        return await start(*words, **options)

    with serving() as server, asking(server) as channel:
        assert ask(channel)
        monkeypatch.setattr(asyncio, "create_subprocess_exec", start_in_the_end)
        (front,) = server._fleet._fronts
        front.child.kill()
        eventually(lambda: server._fleet._fronts - {front}, seconds=60)
        assert ask(channel) == str(os.getpid()).encode()


def test_one_that_does_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(fleet, "_PATIENCE", 0.3)
    with serving() as server:
        (front,) = server._fleet._fronts
        os.kill(front.child.pid, signal.SIGSTOP)
        server.stop(grace=0.1)
        assert front.child.returncode == -signal.SIGKILL


def test_a_server_waits_for_the_fronts_of_one_that_was_killed():
    old = socket.create_server(("127.0.0.1", 0), reuse_port=True)
    port = old.getsockname()[1]
    threading.Timer(0.3, old.close).start()
    with serving(address=f"127.0.0.1:{port}") as server, asking(server) as channel:
        assert server.port == port
        assert ask(channel)


def test_whoever_goes_is_not_waited_for():
    service = Service()
    with serving(service) as server, asking(server) as channel:
        call = channel.unary_unary(METHOD).future(b"wait", timeout=10)
        assert service.waiting.wait(10)
        call.cancel()
        assert service.gone.wait(10)
        service.may.set()


def test_the_end_waits_for_running_calls():
    service = Service()
    with serving(service) as server, asking(server) as channel:
        call = channel.unary_unary(METHOD).future(b"wait", timeout=10)
        assert service.waiting.wait(10)
        ending = threading.Thread(target=server.stop, kwargs={"grace": 10})
        ending.start()
        time.sleep(0.1)
        service.may.set()
        assert call.result() == b"done"
        ending.join(10)
    assert fronts_of_this_process() == []


def test_tokens_are_asked_for(tmp_path):
    file = tmp_path / "tokens.json"
    reader, writer = (TokenFile(file).add(scope, (scope,)) for scope in ("read", "write"))

    def shown(token):
        return {"metadata": (("authorization", f"Bearer {token}"),)}

    with serving(tokens_file=str(file)) as server, asking(server) as channel:
        assert ask(channel, **shown(reader))
        fails(grpc.StatusCode.UNAUTHENTICATED, "needs a token", channel)
        fails(grpc.StatusCode.PERMISSION_DENIED, "scope", channel, **shown(writer))


def test_tls(tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("server")
    credentials = grpc.ssl_channel_credentials(authority.file.read_bytes())
    with (
        serving(tls_certificate=str(certificate), tls_key=str(key)) as server,
        asking(server, "localhost", credentials) as channel,
    ):
        assert ask(channel) == str(os.getpid()).encode()


def test_an_address_that_is_taken_is_named(monkeypatch):
    monkeypatch.setattr(fleet, "_PATIENCE", 0.1)
    address = f"127.0.0.1:{free_port()}"
    for fronts in (0, 1):
        taken = pytest.raises(UnavailableError, match=f"listening on {address}")
        with serving(fronts=fronts, address=address), taken, serving(address=address):
            pass


def test_fronts_that_cannot_start_leave_nothing_behind(tmp_path):
    authority = Authority(tmp_path)
    (certificate, _), (_, key) = authority.issue("server"), authority.issue("other")
    with (
        pytest.raises(UnavailableError, match="did not start"),
        serving(fronts=2, tls_certificate=str(certificate), tls_key=str(key)),
    ):
        pass
    assert fronts_of_this_process() == []
