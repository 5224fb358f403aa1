"""A torch module becomes an ONNX graph in one file, whose shapes are what was declared."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import MissingDependencyError, PluginError
from helioscribe.domain.model import TensorSpec
from helioscribe.sdk.training import GraphExport
from helioscribe.training.torch_state import import_torch

__all__ = ["ExportedGraph", "export_graph", "run_torch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedGraph:
    """A graph as bytes."""

    name: str
    """As in the manifest."""

    data: bytes
    """The ONNX file."""

    inputs: tuple[TensorSpec, ...]
    """With the names of free axes."""

    outputs: tuple[TensorSpec, ...]
    """With the names of free axes."""

    opset: int
    """ONNX operator set, as the file says."""


def run_torch(graph: GraphExport, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Run the module itself on inputs by name."""
    torch = import_torch()
    graph.module.eval()
    with torch.no_grad():
        found = graph.module(*(torch.tensor(tensors[name]) for name in graph.example))
    values = found if isinstance(found, (tuple, list)) else (found,)
    if len(values) != len(graph.outputs):
        raise PluginError(f"export: expected {len(graph.outputs)} outputs, the module gives {len(values)}")
    return {name: value.cpu().numpy() for name, value in zip(graph.outputs, values, strict=True)}


def export_graph(name: str, graph: GraphExport) -> ExportedGraph:
    """Export a module.

    Raises
    ------
    PluginError
        If it cannot be exported, or an axis that should be free is not.
    """
    inputs = _specs(graph.example, graph)
    outputs = _specs(run_torch(graph, graph.example), graph)
    data = _exported(name, graph)
    model = _checked(name, data)
    found = {value.name: _shape(value) for value in (*model.graph.input, *model.graph.output)}
    for spec in (*inputs, *outputs):
        if not _agrees(spec.shape, found.get(spec.name), strict=spec in inputs):
            got = found.get(spec.name)
            raise PluginError(f"export of {name}: expected {spec.name} of shape {spec.shape}, the graph has {got}")
    opset = next(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"})
    return ExportedGraph(name=name, data=data, inputs=inputs, outputs=outputs, opset=int(opset))


def _exported(name: str, graph: GraphExport) -> bytes:
    torch, stream = import_torch(), io.BytesIO()
    example = tuple(torch.tensor(array) for array in graph.example.values())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of itself, and that an LSTM may have another batch size
            # The exporter by tracing: the newer one fixes the time axis of an LSTM without a word.
            torch.onnx.export(
                graph.module.eval(),
                example,
                stream,
                dynamo=False,
                opset_version=graph.opset,
                input_names=list(graph.example),
                output_names=list(graph.outputs),
                dynamic_axes={tensor: dict(axes) for tensor, axes in graph.dynamic_axes.items()},
            )
    except Exception as error:
        raise PluginError.wrap(error, doing=f"export of {name}") from error
    return stream.getvalue()


def _checked(name: str, data: bytes) -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingDependencyError.of("onnx", extra="training") from None
    try:
        model = onnx.load_model_from_string(data)
        onnx.checker.check_model(model)
    except Exception as error:
        raise PluginError.wrap(error, doing=f"export of {name}: not a sound graph") from error
    if any(tensor.external_data for tensor in model.graph.initializer):
        raise PluginError(f"export of {name}: weights lie in a second file; expected one file")
    return model


def _specs(tensors: Mapping[str, NDArray[Any]], graph: GraphExport) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            name=name,
            dtype=str(array.dtype),
            shape=tuple(graph.dynamic_axes.get(name, {}).get(axis, size) for axis, size in enumerate(array.shape)),
        )
        for name, array in tensors.items()
    )


def _shape(value: Any) -> list[int | str]:
    return [axis.dim_param or int(axis.dim_value) for axis in value.type.tensor_type.shape.dim]


def _agrees(declared: Sequence[int | str], found: Sequence[int | str] | None, *, strict: bool) -> bool:
    """Whether free axes are free in the graph; fixed axes of an output it may leave unsaid."""
    if found is None or len(found) != len(declared):
        return False
    return all(
        isinstance(axis, str) if isinstance(wanted, str) else axis == wanted or (isinstance(axis, str) and not strict)
        for wanted, axis in zip(declared, found, strict=True)
    )
