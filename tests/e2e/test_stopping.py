"""Services that are told to end, by the signal that every supervisor sends."""

import json
import threading
import time

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from support.ports import free_port
from support.triton import tensor
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

GRAPH, CLIENTS = "stix-lstm.network", 8


def said(cluster, name):
    lines = (cluster.folder / f"{name}.log").read_text(errors="replace").splitlines()
    return [json.loads(line)["message"] for line in lines if line.startswith("{")]


def test_one_without_work_ends_at_once(cluster):
    begun = said(cluster, "association").count("takes jobs: associate")
    process = cluster.another("association")
    eventually(lambda: said(cluster, "association").count("takes jobs: associate") > begun)
    process.terminate()
    began = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - began < 5
    assert said(cluster, "association")[-1] == "association has ended"


def test_one_answers_the_calls_that_it_has_accepted(cluster):
    port = free_port()
    process = cluster.another("inference", HELIOSCRIBE_ADDRESS=f"127.0.0.1:{port}")
    token = {"authorization": f"Bearer {cluster.token}"}
    calls, told = [], threading.Event()

    def ready():
        with triton.InferenceServerClient(f"127.0.0.1:{port}") as client:
            try:
                return client.is_model_ready(GRAPH, headers=token)
            except InferenceServerException:
                return False

    def call():
        with triton.InferenceServerClient(f"127.0.0.1:{port}") as client:
            while True:
                before = not told.is_set()
                try:
                    client.infer(GRAPH, [tensor(np.zeros((1, 64, 9), np.float32))], headers=token)
                except InferenceServerException as error:
                    calls.append((before, error))
                    return
                calls.append((before, None))

    eventually(ready, seconds=90)
    clients = [threading.Thread(target=call) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    eventually(lambda: len(calls) > 2 * CLIENTS)
    told.set()
    process.terminate()
    assert process.wait(30) == 0
    for client in clients:
        client.join()
    assert not [error for before, error in calls if before and error]
    # A call that gRPC had read, and not yet handed on when the server stopped, is cancelled by gRPC itself.
    assert {error.status() for _, error in calls if error} <= {"StatusCode.UNAVAILABLE", "StatusCode.CANCELLED"}
    assert "destroyed" not in (cluster.folder / "inference.log").read_text(errors="replace")
