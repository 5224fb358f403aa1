"""Exported graphs are what was declared, and say what torch says."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, PluginError
from helioscribe.sdk.training import GraphExport
from helioscribe.training import export
from helioscribe.training.export import export_graph
from helioscribe.training.parity import OnnxModels, check_parity
from support.tiny_training import SHAPE, TinyProgram

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")


def tiny() -> GraphExport:
    torch.manual_seed(1)
    options = TinyProgram().recipe()
    return TinyProgram().graphs(TinyProgram().network(options).eval(), options)["network"]


def test_a_graph_has_the_declared_tensors():
    found = export_graph("network", tiny())
    assert [(spec.name, spec.dtype, spec.shape) for spec in found.inputs] == [("x", "float32", SHAPE)]
    assert [(spec.name, spec.dtype, spec.shape) for spec in found.outputs] == [("y", "float32", SHAPE)]
    assert found.opset == 17
    assert export_graph("network", tiny()).data == found.data


def test_a_free_axis_that_the_exporter_fixed_is_noticed(monkeypatch):
    """The newer exporter fixes the time axis of an LSTM without an error."""
    fixed = replace(tiny(), dynamic_axes={name: {0: "batch"} for name in ("x", "y")})
    data = export._exported("network", fixed)
    monkeypatch.setattr(export, "_exported", lambda _name, _graph: data)
    with pytest.raises(
        PluginError, match=r"expected x of shape \('batch', 'time', 1\), the graph has \['batch', 20, 1\]"
    ):
        export_graph("network", tiny())


def test_a_module_that_cannot_be_exported_is_one_clear_line():
    class Inverse(torch.nn.Module):
        def forward(self, x):
            return torch.linalg.eigvals(x)

    graph = GraphExport(module=Inverse(), example={"x": np.eye(3, dtype=np.float32)[None]}, outputs=("y",))
    with pytest.raises(PluginError, match="export of inverse") as caught:
        export_graph("inverse", graph)
    assert "\n" not in caught.value.message


def test_a_missing_output_is_noticed():
    with pytest.raises(PluginError, match="expected 2 outputs, the module gives 1"):
        export_graph("network", replace(tiny(), outputs=("y", "z")))


class TestParity:
    def test_is_measured_in_batches_and_lengths_on_random_and_real_data(self):
        real = TinyProgram().prepare(TinyProgram().recipe(), data=None, read=None).validation.arrays
        report = check_parity(export_graph("network", tiny()), tiny(), real, seed=1)
        assert 0 <= report["max_abs_diff"] < 1e-5
        assert 0 <= report["batch_invariance"] < 1e-5
        assert {"random, batch 1", "real, batch 5", "real, time 40", "random, time 10"} <= set(report["cases"])

    def test_other_weights_are_noticed(self):
        other = tiny()
        with torch.no_grad():
            other.module.head.bias += 0.01
        with pytest.raises(PluginError, match=r"ONNX Runtime and torch differ by 0\.01"):
            check_parity(export_graph("network", tiny()), other, {}, seed=1)

    def test_a_sample_that_depends_on_its_neighbours_is_noticed(self):
        class Neighbourly(torch.nn.Module):
            def forward(self, x):
                return x - x.mean(dim=0, keepdim=True)

        free = {"x": {0: "batch"}, "y": {0: "batch"}}
        example = {"x": np.zeros((2, 3), np.float32)}
        graph = GraphExport(module=Neighbourly(), example=example, outputs=("y",), dynamic_axes=free)
        exported = export_graph("network", graph)
        with pytest.raises(PluginError, match="depends on its batch neighbours"):
            check_parity(exported, graph, {}, seed=1)
        report = check_parity(exported, replace(graph, batch_axis=None), {}, seed=1)
        assert report["max_abs_diff"] == 0

    def test_other_kinds_of_tensors_are_compared_too(self):
        class Chooser(torch.nn.Module):
            def forward(self, index, mask):
                table = torch.arange(12.0).reshape(4, 3)
                return torch.where(mask[:, None], table[index], torch.zeros(1)), mask

        graph = GraphExport(
            module=Chooser(),
            example={"index": np.array([0, 3]), "mask": np.array([True, False])},
            outputs=("row", "same"),
            dynamic_axes={name: {0: "batch"} for name in ("index", "mask", "row", "same")},
        )
        exported = export_graph("chooser", graph)
        assert [spec.dtype for spec in exported.inputs] == ["int64", "bool"]
        assert check_parity(exported, graph, {}, seed=1)["max_abs_diff"] == 0

    def test_a_number_that_became_none_is_a_difference(self):
        class Root(torch.nn.Module):
            def forward(self, x):
                return torch.sqrt(x)

        graph = GraphExport(module=Root(), example={"x": np.ones((2, 2), np.float32)}, outputs=("y",))
        assert check_parity(export_graph("root", graph), graph, {}, seed=1)["max_abs_diff"] < 1e-6

        class Other(torch.nn.Module):
            def forward(self, x):
                return torch.nan_to_num(torch.sqrt(x))

        with pytest.raises(PluginError, match="differ by inf"):
            check_parity(export_graph("root", graph), replace(graph, module=Other()), {}, seed=1)


class TestModels:
    def test_are_what_a_detector_gets(self):
        models = OnnxModels({"network": export_graph("network", tiny())}, {"scale": {"scale": np.ones(1)}})
        assert models["network"](x=np.zeros((1, 7, 1), np.float32))["y"].shape == (1, 7, 1)
        assert models.arrays("scale")["scale"][0] == 1.0

    def test_have_no_other_names(self):
        models = OnnxModels({}, {})
        with pytest.raises(NotFoundError):
            models["network"]
        with pytest.raises(NotFoundError):
            models.arrays("scale")

    def test_refuse_other_tensors(self):
        models = OnnxModels({"network": export_graph("network", tiny())}, {})
        with pytest.raises(InvalidInputError):
            models["network"](x=np.zeros((1, 7, 2), np.float32))
