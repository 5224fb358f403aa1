"""Changes reach subscribers: signed, in order, again after failures, and aside what nobody takes."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemorySubscriptions
from helioscribe.catalogue.courier import Courier, signature
from helioscribe.catalogue.outgoing import post
from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import ATTEMPTS, Subscription
from support.factories import at, make_change, make_event


@pytest.fixture
def receiver():
    """A web server that answers with the statuses that it is told, 204 afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((dict(self.headers), body))
            status = server.answers.pop(0) if server.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class World:
    def __init__(self, receiver) -> None:
        self.now = at()
        self.catalogue, self.store = MemoryCatalogue(), MemorySubscriptions()
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        self.one = Subscription(name="alerts", url=url, secret="word", query=EventQuery(event_types=("FL",)))
        self.store.add(self.one)
        self.courier = Courier(
            catalogue=self.catalogue, subscriptions=self.store, post=partial(post, inside=True), clock=lambda: self.now
        )

    def happen(self, *starts: float, **changes) -> None:
        self.catalogue.apply([make_change(make_event(start, start + 1, **changes)) for start in starts], associated=())

    def state(self) -> Subscription:
        return self.store.get(self.one.id)


@pytest.fixture
def world(receiver) -> World:
    return World(receiver)


def told(receiver) -> list[int]:
    return [json.loads(body)["cursor"] for _, body in receiver.got]


def test_tells_what_is_wanted_in_order_and_signs_it(world, receiver) -> None:
    world.happen(1, 2)
    world.happen(3, event_type="CJ")
    assert world.courier.tick() == 2
    headers, body = receiver.got[0]
    parts = dict(part.split("=") for part in headers["Helioscribe-Signature"].split(","))
    assert parts["v1"] == signature("word", parts["t"], body)
    assert parts["v1"] != signature("other", parts["t"], body)
    message = json.loads(body)
    assert message["event"]["event_type"] == "FL"
    assert message["reason"] == "opened"
    assert headers["Helioscribe-Delivery"] == f"{world.one.id}:1"
    assert told(receiver) == [1, 2]
    assert world.state().cursor == 3
    assert world.courier.tick() == 0


def test_tries_again_later_and_loses_nothing(world, receiver) -> None:
    receiver.answers += [500, 503]
    world.happen(1, 2)
    assert world.courier.tick() == 0
    assert world.state().error == "status 500"
    assert world.courier.tick() == 0
    assert len(receiver.got) == 1
    for _ in range(2):
        world.now += timedelta(seconds=10)
        world.courier.tick()
    assert told(receiver) == [1, 1, 1, 2]
    assert world.state().error == ""


def test_puts_aside_what_nobody_takes_and_goes_on(world, receiver) -> None:
    receiver.answers += [400] * ATTEMPTS
    world.happen(1, 2)
    for _ in range(ATTEMPTS):
        world.courier.tick()
        world.now += timedelta(hours=2)
    assert [letter.cursor for letter in world.store.dead_letters(world.one.id)] == [1]
    assert told(receiver) == [1] * ATTEMPTS + [2]
    world.store.save(world.state().settled(0))
    assert world.courier.tick() == 2


def test_stops_when_the_receiver_is_gone(world, receiver) -> None:
    receiver.answers.append(410)
    world.happen(1)
    world.courier.tick()
    world.now += timedelta(days=1)
    world.courier.tick()
    assert not world.state().active
    assert len(receiver.got) == 1


def test_follows_no_redirection_and_bears_a_dead_address(world, receiver) -> None:
    receiver.answers.append(302)
    world.happen(1)
    assert world.courier.tick() == 0
    assert world.state().error == "status 302"
    assert len(receiver.got) == 1
    dead = Courier(catalogue=world.catalogue, subscriptions=world.store, post=_refused, clock=lambda: at(600))
    assert dead.tick() == 0
    assert "refused" in world.state().error


def _refused(*_args) -> int:
    raise ConnectionRefusedError("refused")


def test_without_subscriptions_there_is_nothing_to_do() -> None:
    assert Courier.of(MemoryCatalogue(), None).tick() == 0


def test_who_is_slow_keeps_nobody_waiting(world) -> None:
    met, rest = threading.Barrier(2), threading.Event()

    def meet(url, *_) -> int:
        met.wait(10)  # two are told at the same time, or this breaks
        rest.wait(0.05)
        return 204

    world.store.add(replace(world.one, name="slow", url="https://slow.example/"))
    world.happen(1, 2, 3)
    courier = replace(world.courier, post=meet, turn=0.01)
    assert [courier.tick() for _ in range(4)] == [2, 2, 2, 0]  # one each a turn
    assert world.state().cursor == 3
