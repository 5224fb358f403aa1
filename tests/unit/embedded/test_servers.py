import json
import socket
from http.client import HTTPConnection

import pytest

from helioscribe.client import Client
from helioscribe.domain.errors import UnavailableError
from helioscribe.embedded import servers
from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.servers import start_grpc, start_http
from support.waiting import eventually


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_both_serve_the_same_platform(home, goes):
    with Embedded(home) as embedded:
        rpc, web = start_grpc(embedded, port=0), start_http(embedded, port=0)
        with Client(f"grpc://127.0.0.1:{rpc.port}") as client:
            client.wait(client.ingest(goes))
            # The event is written a moment after the detection job has ended.
            eventually(lambda: list(client.events(event_types=("FL",))))
            (event,) = client.events(event_types=("FL",))
        connection = HTTPConnection("127.0.0.1", web.port, timeout=20)
        connection.request("GET", "/api/events")
        (row,) = json.loads(connection.getresponse().read())["result"]
        connection.close()
        web.stop()
        rpc.stop()
    assert row["kb_archivid"] == event.id
    assert not web.thread.is_alive()


@pytest.mark.parametrize("start", [start_grpc, start_http])
def test_a_port_that_was_asked_for_and_is_taken_is_told(home, taken, start):
    with Embedded(home, work=False) as embedded, pytest.raises(UnavailableError, match=str(taken)):
        start(embedded, port=taken)


@pytest.mark.parametrize(("start", "usual"), [(start_grpc, "GRPC_PORT"), (start_http, "HTTP_PORT")])
def test_where_the_usual_port_is_taken_another_is_found(home, taken, monkeypatch, start, usual):
    monkeypatch.setattr(servers, usual, taken)
    with Embedded(home, work=False) as embedded:
        server = start(embedded)
        assert server.port not in (0, taken)
        server.stop()
