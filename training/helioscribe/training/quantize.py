"""Graphs in fewer bits: half precision, or eight-bit integers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, PluginError
from helioscribe.sdk.training import Arrays

__all__ = ["Kind", "in_fewer_bits"]

# Products of eight by eight bits saturate on CPUs without VNNI, silently and by tens of per cent: weights get seven.
_SEVEN_BITS = True
# ONNX Runtime 1.31 does not refuse these in half precision on a CPU: its process dies when it loads them.
_RECURRENT = frozenset({"LSTM", "GRU", "RNN"})


class Kind(StrEnum):
    """How the numbers of a graph are held."""

    FP16 = "fp16"
    """Half precision inside, single precision at its ends. For GPUs; a CPU gains nothing."""

    INT8 = "int8"
    """Eight-bit integers: convolutions with ranges fitted on real inputs, all else with ranges found at every run."""


def in_fewer_bits(data: bytes, kind: Kind, samples: Sequence[Arrays]) -> bytes:
    """Return a graph with the same inputs and outputs.

    Parameters
    ----------
    data
        The graph.
    kind
        What to make of it.
    samples
        Real inputs, for the ranges of convolutions.

    Raises
    ------
    InvalidInputError
        If convolutions need samples and there are none, or for recurrent layers in half precision.
    PluginError
        If the graph cannot be made so.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnx

        graph = onnx.load_from_string(data)
        with tempfile.TemporaryDirectory() as folder:
            return _made(graph, kind, samples, Path(folder))
    except ModuleNotFoundError as error:
        raise MissingDependencyError.of(str(error.name), extra="training") from None
    except InvalidInputError:
        raise
    except Exception as error:
        raise PluginError.wrap(error, doing=f"graph in {kind}") from error


def _made(graph: Any, kind: Kind, samples: Sequence[Arrays], folder: Path) -> bytes:
    if kind is Kind.FP16:
        return _half(graph)
    if not any(node.op_type == "Conv" for node in graph.graph.node):
        return _dynamic(graph, folder)
    if not samples:
        raise InvalidInputError("no real inputs were seen: the ranges of convolutions cannot be fitted")
    return _static(graph, samples, folder)


def _half(graph: Any) -> bytes:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    if recurrent := sorted({node.op_type for node in graph.graph.node} & _RECURRENT):
        raise InvalidInputError(f"{', '.join(recurrent)} in fp16 cannot be loaded on a CPU; int8 can")
    return bytes(convert_float_to_float16(graph, keep_io_types=True).SerializeToString())


def _dynamic(graph: Any, folder: Path) -> bytes:
    from onnxruntime.quantization import quantize_dynamic

    target = folder / "made.onnx"
    quantize_dynamic(graph, target, per_channel=True, reduce_range=_SEVEN_BITS)
    return target.read_bytes()


def _static(graph: Any, samples: Sequence[Arrays], folder: Path) -> bytes:
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
        def __init__(self) -> None:
            self._left: Iterator[Arrays] = iter(samples)

        def get_next(self) -> Arrays | None:
            return next(self._left, None)

    source, target = folder / "source.onnx", folder / "made.onnx"
    onnx.save(graph, source)
    quant_pre_process(source, source, skip_symbolic_shape=True)
    quantize_static(source, target, Reader(), per_channel=True, reduce_range=_SEVEN_BITS)
    return target.read_bytes()
