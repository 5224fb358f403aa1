"""What goes into a graph."""

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.inference.tensors import check_tensors, example_tensors, has_batch, pieces


def make_file(inputs, outputs=(("y", ("n", 2)),)):
    specs = [
        tuple(TensorSpec(name=name, dtype="float32", shape=shape) for name, shape in side) for side in (inputs, outputs)
    ]
    return ModelFile(key="k", sha256="0" * 64, format="onnx", inputs=specs[0], outputs=specs[1])


ONE = make_file([("x", ("n", 2))])
TWO = make_file([("a", ("n", "t")), ("b", ("n", "t", 3))])


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({}, r"expected inputs \['x'\], got \[\]"),
        ({"z": np.zeros((1, 2), np.float32)}, r"got \['z'\]"),
        ({"x": np.zeros((1, 2))}, r"expected x as float32 \(n, 2\), got float64 \(1, 2\)"),
        ({"x": np.zeros((1, 3), np.float32)}, r"got float32 \(1, 3\)"),
        ({"x": np.zeros(2, np.float32)}, r"got float32 \(2\)"),
    ],
)
def test_wrong_tensors_are_refused(tensors, message):
    with pytest.raises(InvalidInputError, match=message):
        check_tensors("g", ONE, tensors)


def test_axes_of_one_name_have_one_length():
    a, b = np.zeros((4, 7), np.float32), np.zeros((4, 7, 3), np.float32)
    assert check_tensors("g", TWO, {"a": a, "b": b}) == 4
    with pytest.raises(InvalidInputError, match=r"expected b as float32 \(n, t, 3\)"):
        check_tensors("g", TWO, {"a": a, "b": b[:, :6]})


def test_a_batch_axis_is_free_first_and_everywhere():
    assert has_batch(ONE)
    assert has_batch(TWO)
    assert not has_batch(make_file([("x", (1, 2))]))
    assert not has_batch(make_file([("x", ("n", 2))], [("y", (2,))]))
    assert not has_batch(make_file([("x", ("n", 2))], [("y", ("m", 2))]))
    assert not has_batch(make_file([("x", ("n", "n"))], [("y", ("n",))]))
    assert not has_batch(make_file([("x", ())], [("y", ())]))


def test_pieces_put_together_are_the_whole():
    x = np.arange(14.0).reshape(7, 2)
    found = list(pieces({"x": x}, 7, 3))
    assert [len(piece["x"]) for piece in found] == [3, 3, 1]
    assert np.array_equal(np.concatenate([piece["x"] for piece in found]), x)
    assert [piece["x"] is x for piece in pieces({"x": x}, 7, 7)] == [True]


def test_examples_fit_and_repeat():
    found = example_tensors(TWO, {"t": 5}, 3)
    assert check_tensors("g", TWO, found) == 3
    assert found["b"].shape == (3, 5, 3)
    assert np.array_equal(found["b"], example_tensors(TWO, {"t": 5}, 3)["b"])
    assert not np.array_equal(found["b"], example_tensors(TWO, {"t": 5}, 3, seed=1)["b"])
