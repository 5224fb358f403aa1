"""Webhooks go to public addresses only, and no further than where they were sent."""

from __future__ import annotations

import socket
import threading

import pytest

from helioscribe.catalogue import outgoing
from helioscribe.catalogue.outgoing import post
from helioscribe.domain.subscription import is_inside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "[::1]",
    ],
)
def test_inside(address: str) -> None:
    assert is_inside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "example.org", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_outside(address: str) -> None:
    assert not is_inside(address)


@pytest.fixture
def listener():
    """A socket that notes who comes and answers with what it is told."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    yield server
    server.close()


def answered(server: socket.socket, answer: bytes) -> list[bytes]:
    got: list[bytes] = []

    def once() -> None:
        peer, _ = server.accept()
        with peer:
            said = b""
            while not said.endswith(b"}"):
                said += peer.recv(65536)
            got.append(said)
            peer.sendall(answer)

    threading.Thread(target=once, daemon=True).start()
    return got


def url_of(server: socket.socket, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.getsockname()[1]}/hook?a=b"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nobody_inside_is_told(listener, host: str) -> None:
    with pytest.raises(OSError, match="private network"):
        post(url_of(listener, host), b"{}", {})
    listener.settimeout(0.05)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_name_that_leads_inside_is_refused_at_each_delivery(listener, monkeypatch) -> None:
    """The first look at a name may find another address than the next one: what counts is where it leads now."""
    port = listener.getsockname()[1]
    found = [[("8.8.8.8", port), ("127.0.0.1", port)], [("127.0.0.1", port)]]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", one) for one in found.pop(0)])
    for _ in range(2):
        with pytest.raises(OSError, match=r"example\.org leads to 127\.0\.0\.1"):
            post(url_of(listener, "example.org"), b"{}", {})


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(listener, monkeypatch) -> None:
    port = listener.getsockname()[1]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])
    monkeypatch.setattr(outgoing, "is_inside", lambda _: False)
    got = answered(listener, b"HTTP/1.1 204 No Content\r\n\r\n")
    assert post(url_of(listener, "hooks.example.org"), b'{"a": 1}', {"X-Note": "here"}) == 204
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert f"Host: hooks.example.org:{port}".encode() in head
    assert (b"X-Note: here" in head, body) == (True, b'{"a": 1}')


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", b"HTTP/1.1 500 No\r\n\r\n"]
)
def test_redirections_are_not_followed(listener, answer: bytes) -> None:
    answered(listener, answer)
    assert post(url_of(listener), b"{}", {}, inside=True) == int(answer.split()[1])


def test_who_speaks_no_http_or_talks_too_long_is_an_error(listener, monkeypatch) -> None:
    answered(listener, b"220 mail ready\r\n")
    with pytest.raises(OSError, match="220"):
        post(url_of(listener), b"{}", {}, inside=True)
    monkeypatch.setattr(outgoing, "_WHOLE", 0.2)

    def dripping() -> None:
        peer, _ = listener.accept()
        with peer:
            try:
                while True:
                    peer.sendall(b"H")
                    threading.Event().wait(0.05)
            except OSError:
                return

    threading.Thread(target=dripping, daemon=True).start()
    with pytest.raises(OSError, match=r".*"):
        post(url_of(listener), b"{}", {}, inside=True)


def test_a_name_that_leads_nowhere() -> None:
    with pytest.raises(OSError, match=r".*"):
        post("http://nobody.invalid/", b"{}", {})
