"""A loaded model version: batches, neighbours, limits; in this process and in one of its own."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors.numpy import save

from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import (
    DeadlineError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    PluginError,
    UnavailableError,
)
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile
from helioscribe.inference.batching import Bounds
from helioscribe.inference.options import Serving
from helioscribe.inference.pool import ModelPool
from helioscribe.runtime.background import background
from support.factories import make_card
from support.tiny_plugin import model_file, scaling_graph

GRAPH = scaling_graph(3.0)


def make_pool(artifacts=None, **options):
    artifacts = artifacts or MemoryArtifacts()
    artifacts.put(model_file(GRAPH).key, GRAPH)
    return ModelPool(artifacts, Serving(**{"threads": 1, "cores": 2} | options))


CARD = make_card("1", name="tiny", files={"graph": model_file(GRAPH)})


@pytest.fixture(params=[False, True], ids=["here", "isolated"])
def version(request):
    pool = make_pool(isolated=request.param, measured=True)
    yield pool.open(CARD)
    pool.close()


def rows(start, count):
    return np.arange(2 * start, 2 * (start + count), dtype=np.float32).reshape(count, 2)


def test_many_ask_at_the_same_time_and_each_gets_its_own(version):
    def ask(number):
        x = rows(number, 1 + number % 5)
        return np.array_equal(version.infer("graph", {"x": x})["y"], 3 * x)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))
    usage = version.usage("graph")
    assert usage.items == sum(1 + number % 5 for number in range(200))
    assert usage.success.count == usage.queue.count == 200
    assert sum(items * tally.count for items, tally in usage.batches.items()) == usage.items
    assert usage.runs <= 200


def test_requests_that_wait_together_run_together():
    slot = asyncio.Semaphore(0)
    pool = make_pool(cores=1, slots=slot)
    version = pool.open(CARD)
    with ThreadPoolExecutor(8) as callers:
        asked = [callers.submit(version.infer, "graph", {"x": rows(n, 2)}) for n in range(8)]
        while version.usage("graph").waiting < 8:
            time.sleep(0.01)
        background().call_soon_threadsafe(slot.release)
        assert all(np.array_equal(one.result()["y"], 3 * rows(n, 2)) for n, one in enumerate(asked))
    assert version.usage("graph").batches.keys() == {16}
    pool.close()


def test_a_large_request_is_run_in_pieces(version):
    version.set_batch("graph", 4)
    x = rows(0, 50)
    assert np.array_equal(version["graph"](x=x)["y"], 3 * x)
    assert version.usage("graph").batches.keys() == {4, 2}


def test_an_empty_request_has_an_empty_answer(version):
    assert version.infer("graph", {"x": rows(0, 0)})["y"].shape == (0, 2)


def test_wrong_tensors_are_refused(version):
    with pytest.raises(InvalidInputError, match=r"expected x as float32 \(n, 2\)"):
        version.infer("graph", {"x": np.zeros((1, 3), np.float32)})
    assert version.usage("graph").failures["other"].count == 1
    with pytest.raises(NotFoundError, match="no graph 'other'; available: graph"):
        version["other"]


def test_limits_of_the_queue_and_of_time():
    slot = asyncio.Semaphore(0)
    pool = make_pool(cores=1, slots=slot, bounds=Bounds(requests=1))
    version = pool.open(CARD)
    with pytest.raises(DeadlineError):
        version.infer("graph", {"x": rows(0, 1)}, timeout=0.05)
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(version.infer, "graph", {"x": rows(0, 1)})
        while not version.usage("graph").waiting:
            time.sleep(0.01)
        with pytest.raises(OverloadedError, match="wait already"):
            version.infer("graph", {"x": rows(0, 1)})
        background().call_soon_threadsafe(slot.release)
        assert waiting.result()["y"].shape == (1, 2)
    assert {reason: tally.count for reason, tally in version.usage("graph").failures.items()}.keys() >= {"expired"}
    pool.close()


def test_what_has_to_be_run_again_while_it_is_unloaded_is_answered():
    slot = asyncio.Semaphore(0)
    pool = make_pool(cores=1, slots=slot)
    version = pool.open(CARD)
    run = version.runner.run

    async def one_at_a_time(lane, graph, tensors):
        if len(tensors["x"]) > 1:
            raise PluginError("no company")
        return await run(lane, graph, tensors)

    version.runner.run = one_at_a_time
    with ThreadPoolExecutor(3) as callers:
        asked = [callers.submit(version.infer, "graph", {"x": rows(n, 1)}, timeout=10) for n in range(2)]
        while version.usage("graph").waiting < 2:
            time.sleep(0.01)
        closed = callers.submit(pool.close)
        while not version._queue._closed:
            time.sleep(0.01)
        background().call_soon_threadsafe(slot.release)
        assert all(np.array_equal(one.result()["y"], 3 * rows(n, 1)) for n, one in enumerate(asked))
        closed.result(10)


def test_arrays_cannot_be_written_to():
    data = save({"a": np.arange(3.0)})
    file = ModelFile(key="models/a", sha256=digest(data), format="safetensors")
    artifacts = MemoryArtifacts()
    artifacts.put(file.key, data)
    models = make_pool(artifacts).open(make_card("2", name="tiny", files={"arrays": file}))
    with pytest.raises(ValueError, match="read-only"):
        models.arrays("arrays")["a"][0] = 1
    with pytest.raises(NotFoundError, match="no graph 'x'; available: none"):
        models["x"]
    with pytest.raises(NotFoundError, match="no arrays 'x'; available: arrays"):
        models.arrays("x")


def test_a_version_is_loaded_once_and_anew_on_demand(version):
    assert version.providers == ("CPUExecutionProvider",)
    pool = make_pool()
    with ThreadPoolExecutor(4) as callers:
        assert len({id(one) for one in callers.map(lambda _: pool.open(CARD), range(8))}) == 1
    first = pool.open(CARD)
    second = pool.reload(CARD)
    assert second is not first
    assert pool.open(CARD) is second
    assert pool.versions("tiny") == [second]
    pool.drop("tiny", "1")
    assert pool.loaded(CARD) is None


def test_a_version_that_is_held_is_let_go_of_by_the_last_who_holds_it():
    pool = make_pool()
    version = pool.open(CARD)
    assert version.hold()
    assert version.hold()
    pool.drop("tiny", "1")
    assert not version.hold(), "who comes now gets another one"
    version.release()
    assert version["graph"](x=rows(0, 1)), "one still holds it"
    version.release()
    with pytest.raises(UnavailableError, match="being unloaded"):
        version["graph"](x=rows(0, 1))


def test_what_cannot_be_loaded_leaves_what_serves():
    artifacts = MemoryArtifacts()
    pool = make_pool(artifacts)
    serving = pool.open(CARD)
    broken = model_file(b"rubbish")
    artifacts.put(broken.key, b"rubbish")
    with pytest.raises(PluginError, match="not an ONNX graph"):
        pool.open(make_card("2", name="tiny", files={"graph": broken}))
    assert pool.versions("tiny") == [serving]
