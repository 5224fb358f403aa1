"""Requests that wait: deadlines, cancellation, a full queue, priorities."""

import time
from queue import SimpleQueue

import grpc
import pytest
from tritonclient.grpc import service_pb2

from support.triton import WAIT, X, cores_taken, fails, tensor


def waiting(server):
    return server.graphs.usage("tiny.graph", "1")[0].waiting


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def failures(server):
    return {reason: tally.count for reason, tally in server.graphs.usage("tiny.graph", "1")[0].failures.items()}


def test_deadlines_end_what_waits(server, client, held):
    runs = server.graphs.usage("tiny.graph", "1")[0].runs
    fails("DEADLINE_EXCEEDED", "Deadline|time allowed", client.infer, "tiny.graph", [tensor(X)], client_timeout=0.2)
    fails("DEADLINE_EXCEEDED", "time allowed", client.infer, "tiny.graph", [tensor(X)], timeout=100_000)
    wait_for(lambda: failures(server).get("expired", 0) + failures(server).get("cancelled", 0) >= 2)
    assert server.graphs.usage("tiny.graph", "1")[0].runs == runs


def test_a_cancelled_call_is_not_run(server, client, held):
    ended = SimpleQueue()
    before = failures(server).get("cancelled", 0)
    call = client.async_infer("tiny.graph", [tensor(X)], callback=lambda result, error: ended.put(error))
    wait_for(lambda: waiting(server))
    call.cancel()
    assert "CANCELLED" in str(ended.get(timeout=10).status())
    wait_for(lambda: failures(server).get("cancelled", 0) == before + 1)


def test_a_full_queue_says_when_to_try_again(server, client, held):
    ended = SimpleQueue()
    calls = [
        client.async_infer("tiny.graph", [tensor(X)], callback=lambda result, error: ended.put(error))
        for _ in range(WAIT)
    ]
    wait_for(lambda: waiting(server) == WAIT)
    fails("RESOURCE_EXHAUSTED", "32 requests with 0 MiB wait already", client.infer, "tiny.graph", [tensor(X)])
    asked = service_pb2.ModelInferRequest(model_name="tiny.graph")
    asked.inputs.add(name="x", datatype="FP32", shape=[1, 2]).contents.fp32_contents.extend([1, 2])
    with pytest.raises(grpc.RpcError) as caught:
        client._client_stub.ModelInfer(asked)
    assert float(dict(caught.value.trailing_metadata())["retry-after-seconds"]) > 0
    for call in calls:
        call.cancel()
    assert all("CANCELLED" in str(ended.get(timeout=10).status()) for _ in calls)


def test_the_urgent_go_first(server, client):
    ended = SimpleQueue()
    with cores_taken():
        for number, priority in enumerate((3, 2, 1)):
            client.async_infer(
                "tiny.graph",
                [tensor(X)],
                priority=priority,
                callback=lambda result, error, name=priority: ended.put(name),
            )
            wait_for(lambda number=number: waiting(server) == number + 1)
        ours = [work.priority for _, _, work in server.inference.host.pool.versions("tiny")[0]._queue._waiting]
        assert ours == [1, 2, 3]
    assert {ended.get(timeout=10) for _ in range(3)} == {1, 2, 3}
