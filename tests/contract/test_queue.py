"""What every queue does with priorities: live work overtakes what waits."""

from __future__ import annotations

import json
import threading

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.job import JobKind, Priority
from support.waiting import eventually


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
    from helioscribe.adapters.celery_queue import CeleryQueue

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
    queue, take = from_threads() if where == "local" else from_a_broker(request.getfixturevalue("rabbitmq_url"))
    for number in range(5):
        queue.publish(JobKind.DETECT, f"old {number}", priority=Priority.BACKFILL)
    queue.publish(JobKind.DETECT, "live")
    assert take(6) == ["live", *(f"old {number}" for number in range(5))]
    queue.close()
