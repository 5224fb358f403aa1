"""The socket that the pages are served on."""

import http.client
import socket
import time

import pytest

from helioscribe.domain.errors import UnavailableError
from helioscribe.web.http_server import HttpServer, listen


async def two_parts(scope, receive, send):
    """Answer with a head and a body, as an application does."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"sun\n"})


def test_answers_on_a_connection_that_is_kept_open_wait_for_nothing():
    server = HttpServer.start(two_parts, listen("127.0.0.1", 0))
    connection, spent = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10), []
    for _ in range(20):
        begin = time.perf_counter()
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"sun\n"
        spent.append(time.perf_counter() - begin)
    connection.close()
    server.stop()
    assert min(spent[5:]) < 0.035  # a delayed receipt takes 40 ms, every time


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"listening on 127.0.0.1:{port}"):
            listen("127.0.0.1", port)
