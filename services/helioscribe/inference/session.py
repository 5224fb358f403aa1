"""Graphs and arrays of a model version, ready to run: the only place that knows ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.sdk import Model

__all__ = ["GraphSession", "LoadedModels", "load_arrays"]

_DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(bool)": "bool"}


def _runtime() -> Any:
    # The library reports to its maker unless told not to before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError:
        raise MissingDependencyError.of("onnxruntime", extra="inference") from None
    return onnxruntime


def _verified(name: str, file: ModelFile, data: bytes) -> bytes:
    if (found := digest(data)) != file.sha256:
        raise PluginError(f"model file {name}: expected sha256 {file.sha256}, got {found}")
    return data


def load_arrays(name: str, data: bytes) -> dict[str, NDArray[Any]]:
    """Read fitted arrays. Raises `PluginError` for bytes that are no safetensors file."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise PluginError.wrap(error, doing=f"model file {name}: not a safetensors file") from error
    for array in arrays.values():
        array.flags.writeable = False  # shared by all calls
    return arrays


class GraphSession:
    """One graph in one session; many threads may call it.

    Parameters
    ----------
    name
        Of the graph in the manifest.
    file
        What it should be.
    data
        The graph.
    threads
        Threads that one call may use.

    Raises
    ------
    PluginError
        If the bytes are no such graph.
    """

    def __init__(self, name: str, file: ModelFile, data: bytes, *, threads: int) -> None:
        self._name, self._file = name, file
        self._session = self._open(_verified(name, file, data), threads)
        self._compare("input", file.inputs, self._session.get_inputs())
        self._compare("output", file.outputs, self._session.get_outputs())
        self._outputs = [output.name for output in self._session.get_outputs()]

    @property
    def provider(self) -> str:
        """What really runs the graph, such as ``CPUExecutionProvider``; installed is not the same as working."""
        return str(self._session.get_providers()[0])

    @property
    def file(self) -> ModelFile:
        """What the graph is."""
        return self._file

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the graph. Raises `InvalidInputError` if a tensor is not what the manifest says."""
        self._check(tensors)
        try:
            values = self._session.run(self._outputs, tensors)
        except Exception as error:
            raise PluginError.wrap(error, doing=f"graph {self._name}") from error
        return dict(zip(self._outputs, values, strict=True))

    def _open(self, data: bytes, threads: int) -> Any:
        ort = _runtime()
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        available = ort.get_available_providers()
        try:
            return ort.InferenceSession(data, options, providers=[name for name in wanted if name in available])
        except Exception as error:
            raise PluginError.wrap(error, doing=f"model file {self._name}: not an ONNX graph that runs here") from error

    def _compare(self, what: str, specs: tuple[TensorSpec, ...], nodes: list[Any]) -> None:
        found = {node.name: (_dtype(node.type), len(node.shape)) for node in nodes}
        expected = {spec.name: (spec.dtype, len(spec.shape)) for spec in specs}
        if found != expected:
            raise PluginError(f"graph {self._name}: expected {what}s {_listed(expected)}, it has {_listed(found)}")

    def _check(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        expected = {spec.name for spec in self._file.inputs}
        if set(tensors) != expected:
            raise InvalidInputError(f"graph {self._name}: expected inputs {sorted(expected)}, got {sorted(tensors)}")
        free: dict[str, int] = {}
        for spec in self._file.inputs:
            self._check_tensor(spec, np.asarray(tensors[spec.name]), free)

    def _check_tensor(self, spec: TensorSpec, tensor: NDArray[Any], free: dict[str, int]) -> None:
        wanted = f"{spec.dtype} {_shape(spec.shape)}"
        fits = tensor.dtype == spec.dtype and tensor.ndim == len(spec.shape)
        for axis, length in zip(spec.shape, tensor.shape, strict=False):
            fits = fits and length == (free.setdefault(axis, length) if isinstance(axis, str) else axis)
        if not fits:
            got = f"{tensor.dtype} {_shape(tensor.shape)}"
            raise InvalidInputError(f"graph {self._name}: expected {spec.name} as {wanted}, got {got}")


class LoadedModels:
    """All files of one model version, as `helioscribe.sdk.Models`.

    Parameters
    ----------
    files
        What they should be, by name.
    data
        Their bytes, by name.
    threads
        Threads that one call of a graph may use.
    """

    def __init__(self, files: Mapping[str, ModelFile], data: Mapping[str, bytes], *, threads: int) -> None:
        self._graphs: dict[str, GraphSession] = {}
        self._arrays: dict[str, Mapping[str, NDArray[Any]]] = {}
        for name, file in files.items():
            if file.format == "onnx":
                self._graphs[name] = GraphSession(name, file, data[name], threads=threads)
            else:
                self._arrays[name] = load_arrays(name, _verified(name, file, data[name]))

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        if name not in self._graphs:
            raise NotFoundError(f"no graph {name!r}; there is: {', '.join(self._graphs) or 'none'}")
        return self._graphs[name]

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays; they must not be written to."""
        if name not in self._arrays:
            raise NotFoundError(f"no arrays {name!r}; there is: {', '.join(self._arrays) or 'none'}")
        return self._arrays[name]

    @property
    def providers(self) -> tuple[str, ...]:
        """What really runs the graphs."""
        return tuple(sorted({graph.provider for graph in self._graphs.values()}))


def _dtype(text: str) -> str:
    return _DTYPES.get(text, text.removeprefix("tensor(").removesuffix(")"))


def _shape(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _listed(tensors: Mapping[str, tuple[str, int]]) -> str:
    return ", ".join(f"{name} {dtype} of {rank} axes" for name, (dtype, rank) in sorted(tensors.items())) or "none"
