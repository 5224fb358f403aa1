"""Models in fewer bits: made, compared, and kept only if they do as well."""

import numpy as np
import pytest
from onnx import TensorProto, helper, load_from_string, numpy_helper
from safetensors.numpy import save

from helioscribe.adapters.memory import MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.ports.artifacts import artifact_key
from helioscribe.training.quantize import Kind, in_fewer_bits
from helioscribe.training.variants import Gate, make_variant
from support.factories import make_card

NOISE = np.random.default_rng(5)
X = NOISE.standard_normal((4, 3, 16, 16)).astype(np.float32)


def graph(nodes, weights, shape, out):
    made = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", *out])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def conv_graph():
    weights = {"w": NOISE.standard_normal((8, 3, 3, 3)).astype(np.float32)}
    return graph([helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])], weights, (3, 16, 16), (8, 16, 16))


def matmul_graph():
    weights = {"w": NOISE.standard_normal((16, 32)).astype(np.float32)}
    return graph([helper.make_node("MatMul", ["x", "w"], ["y"])], weights, (3, 16, 16), (3, 16, 32))


def make_file(data, out):
    return ModelFile(
        key=f"models/{digest(data)}.onnx",
        sha256=digest(data),
        format="onnx",
        inputs=(TensorSpec(name="x", dtype="float32", shape=("n", 3, 16, 16)),),
        outputs=(TensorSpec(name="y", dtype="float32", shape=("n", *out)),),
    )


def operators(data):
    return {node.op_type for node in load_from_string(data).graph.node}


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (conv_graph(), Kind.FP16, "Cast"),
        (matmul_graph(), Kind.FP16, "Cast"),
        (conv_graph(), Kind.INT8, "QuantizeLinear"),
        (matmul_graph(), Kind.INT8, "MatMulInteger"),
    ],
)
def test_graphs_in_fewer_bits(data, kind, expected):
    made = in_fewer_bits(data, kind, [{"x": X}])
    assert expected in operators(made)


def test_convolutions_need_real_inputs():
    with pytest.raises(InvalidInputError, match="no real inputs were seen"):
        in_fewer_bits(conv_graph(), Kind.INT8, [])


def test_recurrent_layers_are_refused_in_half_precision():
    weights = {"w": NOISE.standard_normal((1, 32, 16)), "r": NOISE.standard_normal((1, 32, 8))}
    node = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=8)
    data = graph([node], {name: value.astype(np.float32) for name, value in weights.items()}, (3, 16), (1, 3, 8))
    with pytest.raises(InvalidInputError, match="LSTM in fp16 cannot be loaded on a CPU"):
        in_fewer_bits(data, Kind.FP16, [])


def test_rubbish_is_refused():
    with pytest.raises(PluginError, match="graph in int8"):
        in_fewer_bits(b"rubbish", Kind.INT8, [])


class Bench:
    """A model of a graph and arrays, and an evaluation that knows how far its outputs are from the truth."""

    def __init__(self, data, out):
        self.artifacts, self.registry = MemoryArtifacts(), MemoryModels()
        self.arrays = save({"bias": np.ones(3, np.float32)})
        files = {
            "graph": make_file(data, out),
            "arrays": ModelFile(
                key=artifact_key("models", digest(self.arrays), ".safetensors"),
                sha256=digest(self.arrays),
                format="safetensors",
            ),
        }
        self.artifacts.put(files["graph"].key, data)
        self.artifacts.put(files["arrays"].key, self.arrays)
        self.card = make_card("1", name="tiny", files=files, thresholds={"level": 2.0})
        self.registry.register(self.card)
        self.truth = None

    def measure(self, models):
        assert models.arrays("arrays")["bias"].tolist() == [1, 1, 1]
        found = [models["graph"](x=X[k : k + 1])["y"] for k in range(4)]
        if self.truth is None:
            self.truth = found
        error = max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(self.truth, found, strict=True))
        return {"data": {"closeness": 1 - error}}

    def make(self, kind, **gate):
        return make_variant(
            self.card,
            kind,
            artifacts=self.artifacts,
            registry=self.registry,
            measure=self.measure,
            gate=Gate(**{"metric": "data/closeness"} | gate),
        )


@pytest.mark.parametrize(("data", "out"), [(conv_graph(), (8, 16, 16)), (matmul_graph(), (3, 16, 32))])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_variant_that_does_as_well_is_a_version_of_its_own(data, out, kind):
    bench = Bench(data, out)
    made = bench.make(kind, loss=0.15)
    assert (made.version, bench.registry.card("tiny", made.version)) == (f"1-{kind}", made)
    assert made.files["arrays"] == bench.card.files["arrays"]
    assert made.files["graph"].sha256 != bench.card.files["graph"].sha256
    told = made.metrics["variant"]
    assert (told["of"], told["gate"]["before"]) == ("1", 1.0)
    assert 0.85 <= told["gate"]["after"] < 1
    assert 0 < told["graphs"]["graph"]["largest_relative_change"] < 0.15
    assert told["graphs"]["graph"]["speed"] > 0
    assert made.metrics["data"]["closeness"] == told["gate"]["after"]


def test_a_variant_that_loses_too_much_is_not_registered():
    bench = Bench(matmul_graph(), (3, 16, 32))
    with pytest.raises(PluginError, match=r"data/closeness falls from 1 to 0\.9\d*; 0 less is accepted"):
        bench.make(Kind.INT8)
    assert bench.registry.cards("tiny") == [bench.card]


def test_a_gate_without_its_metric_is_refused():
    bench = Bench(matmul_graph(), (3, 16, 32))
    for metric in ("closeness", "data", "data/f1", "data/closeness/x"):
        with pytest.raises(InvalidInputError, match="expected A/B with A one of data"):
            bench.make(Kind.INT8, metric=metric)
