"""Processes that hold a model: they die, hang and end, and the service goes on."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import PluginError
from helioscribe.inference.options import Serving
from helioscribe.inference.pool import ModelPool
from helioscribe.inference.worker_process import WorkerProcess
from support.factories import make_card
from support.tiny_plugin import model_file, scaling_graph

GRAPH = scaling_graph(3.0)
X = np.ones((1, 2), np.float32)
DEADLY = np.full((1, 2), 13.0, np.float32)


def heavy_graph(megabytes):
    """Return ``y = scale * x`` that carries so many weights."""
    ballast = numpy_helper.from_array(np.ones((megabytes << 18,), np.float32), "ballast")
    shape = ["n", 2]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMax", ["ballast"], ["scale"], keepdims=0),
            helper.make_node("Mul", ["x", "scale"], ["y"]),
        ],
        "heavy",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [ballast],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def open_version(graph=GRAPH, **options):
    artifacts = MemoryArtifacts()
    artifacts.put(model_file(graph).key, graph)
    pool = ModelPool(artifacts, Serving(threads=1, cores=2, isolated=True, **options))
    return pool, pool.open(make_card("1", name="tiny", files={"graph": model_file(graph)}))


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_its_clock_goes_on_only_while_it_works():
    pool, version = open_version()
    try:
        os.kill(version.runner.pid, signal.SIGSTOP)
        time.sleep(0.05)  # it stops when it next has a core
        stopped = version.runner.clock()
        time.sleep(0.05)
        assert version.runner.clock() == stopped
        os.kill(version.runner.pid, signal.SIGCONT)
        version.infer("graph", {"x": X})
        assert 0 < version.runner.clock() - stopped < 5
    finally:
        pool.close()


def test_a_killed_process_is_replaced():
    pool, version = open_version()
    first = version.runner.pid
    os.kill(first, signal.SIGKILL)
    assert version.infer("graph", {"x": X})["y"].tolist() == [[3, 3]]
    assert version.runner.pid != first
    pool.close()
    wait_for(lambda: gone(version.runner.pid))


def test_one_that_is_given_up_is_not_asked_any_more():
    pool, version = open_version(crashes=1)
    try:
        process = version.runner._process
        os.kill(version.runner.pid, signal.SIGSTOP)  # it takes its time to die
        process.hang_up()
        assert np.array_equal(version.infer("graph", {"x": X})["y"], 3 * X)
        process.child.kill()
        process.bury()
    finally:
        pool.close()


def test_an_input_that_kills_is_tried_again_and_then_refused():
    """The graph is killed for real whenever it gets that input, and the others are answered."""
    pool, version = open_version()
    run = WorkerProcess.run

    class Deadly(WorkerProcess):
        async def run(self, lane, graph, tensors):
            if (tensors["x"] == 13.0).any():
                self._process.child.kill()
                self._process.child.wait()
                raise ConnectionResetError
            return await run(self, lane, graph, tensors)

    version.runner.__class__ = Deadly
    with pytest.raises(PluginError, match="crashed 2 times under this input, now in quarantine"):
        version.infer("graph", {"x": DEADLY})
    with pytest.raises(PluginError, match="crashed the graph's process before"):
        version.infer("graph", {"x": DEADLY.copy()})
    assert version.infer("graph", {"x": X})["y"].tolist() == [[3, 3]]
    pool.close()


def test_a_process_that_hangs_is_killed():
    pool, version = open_version(run_limit=3.0, crashes=1)
    first = version.runner.pid
    os.kill(first, signal.SIGSTOP)
    wait_for(lambda: all(") T " in stat.read_text() for stat in Path(f"/proc/{first}/task").glob("*/stat")))
    with pytest.raises(PluginError, match="quarantine"):
        version.infer("graph", {"x": X})
    wait_for(lambda: gone(first))
    assert version.infer("graph", {"x": 2 * X})["y"].tolist() == [[6, 6]]
    pool.close()


def test_unloading_gives_the_memory_back():
    pool, version = open_version(heavy_graph(96))
    pid, held = version.runner.pid, version.runner.memory()
    assert held > 96 << 20
    assert version.usage("graph").memory >= held // 2
    pool.drop("tiny", "1")
    wait_for(lambda: gone(pid))
    assert version.runner.memory() == 0


def test_a_graph_that_is_none_is_an_error_of_the_load():
    with pytest.raises(PluginError, match="not an ONNX graph that runs here"):
        open_version(b"rubbish")
