"""How many items run best together, measured."""

import numpy as np
import pytest

from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.inference.measure import best_batch

FILE = ModelFile(
    key="k",
    sha256="0" * 64,
    format="onnx",
    inputs=(TensorSpec(name="x", dtype="float32", shape=("n", 4)),),
    outputs=(TensorSpec(name="y", dtype="float32", shape=("n", 4)),),
)


class Graph:
    """Takes some time to start and some for each item [s], by a clock of its own."""

    def __init__(self, start, each):
        self.start, self.each, self.now = start, each, 0.0

    def __call__(self, tensors):
        self.now += self.start + self.each * len(tensors["x"])
        return {"y": 2 * tensors["x"]}


@pytest.mark.parametrize(
    ("start", "each", "expected"),
    [(0.0, 0.004, 1), (0.004, 0.0001, 64), (0.004, 0.002, 32), (0.0, 0.2, 1)],
    ids=["gains nothing", "costs to start", "costs less to start", "slow"],
)
def test_the_smallest_number_that_is_nearly_as_good_as_any(start, each, expected):
    graph = Graph(start, each)
    assert best_batch(FILE, {}, graph, clock=lambda: graph.now) == expected


def test_neighbours_that_change_an_answer_are_kept_apart():
    def normalised(tensors):
        return {"y": tensors["x"] - tensors["x"].mean(axis=0)}

    assert best_batch(FILE, {}, normalised) == 0


def test_rounding_is_no_change():
    def rounded(tensors):
        return {"y": tensors["x"] * np.float32(1 + 1e-6 * len(tensors["x"]))}

    assert best_batch(FILE, {}, rounded) > 0
