"""The socket that the pages are served on."""

import socket

import pytest

from helioscribe.domain.errors import UnavailableError
from helioscribe.web.http_server import listen


def test_answers_on_a_connection_that_is_kept_open_wait_for_nothing():
    """Without the option the second part of an answer waits 40 ms for the receipt of the first."""
    with listen("127.0.0.1", 0) as waiting, socket.create_connection(waiting.getsockname()):
        taken, _ = waiting.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"listening on 127.0.0.1:{port}"):
            listen("127.0.0.1", port)
