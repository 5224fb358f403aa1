"""What every queue does with priorities: live work overtakes what waits."""

from __future__ import annotations

import json
import threading
from urllib.parse import urlsplit

import pytest

from helioscribe.adapters import celery_queue
from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobKind, Priority
from support.proxy import Proxy
from support.rabbitmq import RabbitServer
from support.waiting import eventually


@pytest.fixture(scope="module")
def own_broker():
    """A broker beside that of the session, from which workers of other tests take what is to wait here."""
    server = RabbitServer()
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def from_threads():
    queue, taken, gate = LocalQueue(), [], threading.Event()

    def take(number):
        yielded = []
        queue.consume(JobKind.DETECT, lambda job_id: (gate.wait(30), yielded.append(job_id)))
        gate.set()
        eventually(lambda: len(yielded) == number)
        taken.extend(yielded)
        return taken

    return queue, take


def from_a_broker(url):
    queue = CeleryQueue(url)

    def take(number):
        taken = []
        with queue.app.connection_for_read() as connection:
            channel = connection.channel()

            def one():
                message = channel.basic_get(JobKind.DETECT.value, no_ack=True)
                taken.extend(json.loads(message.body)[0] if message else [])
                return len(taken) == number

            eventually(one)
        return taken

    return queue, take


@pytest.mark.parametrize("where", ["local", pytest.param("rabbitmq", marks=pytest.mark.integration)])
def test_live_work_overtakes_a_backfill_that_waits(where, request):
    queue, take = from_threads() if where == "local" else from_a_broker(request.getfixturevalue("own_broker"))
    for number in range(5):
        queue.publish(JobKind.DETECT, f"old {number}", priority=Priority.BACKFILL)
    queue.publish(JobKind.DETECT, "live")
    assert take(6) == ["live", *(f"old {number}" for number in range(5))]
    queue.close()


@pytest.mark.integration
@pytest.mark.timeout(60)
def test_a_broker_that_says_nothing_is_not_waited_for_forever(own_broker, monkeypatch):
    monkeypatch.setattr(celery_queue, "_PATIENCE", 0.3)
    proxy = Proxy(urlsplit(own_broker).port)
    queue = CeleryQueue(f"amqp://guest:guest@127.0.0.1:{proxy.port}//")
    queue.app.conf.broker_connection_timeout = 0.3
    queue.publish(JobKind.TRAIN, "heard")
    with queue.app.connection_for_read() as connection:
        assert connection.channel().basic_get(JobKind.TRAIN.value, no_ack=True)
    proxy.delay = 60.0
    with pytest.raises(UnavailableError, match="the broker does not answer"):
        queue.publish(JobKind.TRAIN, "unheard")
    proxy.close()
    queue.close()
