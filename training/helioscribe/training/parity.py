"""Whether ONNX Runtime says what torch says, on any batch and length, and for each sample alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, NotFoundError, PluginError
from helioscribe.sdk import Model
from helioscribe.sdk.training import Arrays, GraphExport
from helioscribe.training.export import ExportedGraph, run_torch

__all__ = ["TOLERANCE", "OnnxModels", "check_parity"]

TOLERANCE = 1e-5
"""Largest absolute difference that is accepted, in units of the largest output where that is above 1."""

Tensors = Mapping[str, NDArray[Any]]


class _Session:
    def __init__(self, graph: ExportedGraph) -> None:
        # The library reports to its maker unless told not to before it is imported.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        try:
            import onnxruntime
        except ImportError:
            raise MissingDependencyError.of("onnxruntime", extra="training") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        self._outputs = [spec.name for spec in graph.outputs]
        self._session = onnxruntime.InferenceSession(graph.data, options, providers=["CPUExecutionProvider"])

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        try:
            values = self._session.run(self._outputs, tensors)
        except Exception as error:
            raise InvalidInputError.wrap(error, doing="graph") from error
        return dict(zip(self._outputs, values, strict=True))


class OnnxModels:
    """Graphs and arrays of a model that is not registered yet, as `helioscribe.sdk.Models`.

    Parameters
    ----------
    graphs
        By name.
    arrays
        Fitted arrays by name.
    """

    def __init__(self, graphs: Mapping[str, ExportedGraph], arrays: Mapping[str, Arrays]) -> None:
        self._graphs = {name: _Session(graph) for name, graph in graphs.items()}
        self._arrays = arrays

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        if name not in self._graphs:
            raise NotFoundError(f"no graph {name!r}; available: {', '.join(self._graphs) or 'none'}")
        return self._graphs[name]

    def arrays(self, name: str) -> Arrays:
        """Return fitted arrays."""
        if name not in self._arrays:
            raise NotFoundError(f"no arrays {name!r}; available: {', '.join(self._arrays) or 'none'}")
        return self._arrays[name]


def check_parity(
    exported: ExportedGraph, graph: GraphExport, real: Arrays, *, seed: int, tolerance: float = TOLERANCE
) -> dict[str, Any]:
    """Compare an exported graph with its module.

    Parameters
    ----------
    exported
        The graph.
    graph
        The module, and which axes are free.
    real
        Real data by name; used where they fit the graph's inputs, else the example is.
    seed
        Of the random data.
    tolerance
        Largest difference that is accepted.

    Returns
    -------
    dict
        ``max_abs_diff`` and ``batch_invariance`` (largest differences found), ``tolerance`` and the ``cases``.

    Raises
    ------
    PluginError
        If a difference is larger than `tolerance`.
    """
    session, worst, alone = _Session(exported), 0.0, 0.0
    cases: list[str] = []
    for case, tensors in _cases(graph, real, seed):
        expected, found = run_torch(graph, tensors), session(**tensors)
        difference = _difference(expected, found)
        if not difference <= tolerance:
            raise PluginError(
                f"parity of {exported.name}: {case}: ONNX Runtime and torch differ by {difference:.3g}, "
                f"expected at most {tolerance:g}"
            )
        neighbours = _alone(session, graph, tensors, found)
        if not neighbours <= tolerance:
            raise PluginError(
                f"parity of {exported.name}: {case}: a sample's result depends on its batch neighbours "
                f"by {neighbours:.3g}, expected at most {tolerance:g}"
            )
        worst, alone, cases = max(worst, difference), max(alone, neighbours), [*cases, case]
    return {"max_abs_diff": worst, "batch_invariance": alone, "tolerance": tolerance, "cases": cases}


def _cases(graph: GraphExport, real: Arrays, seed: int) -> Iterator[tuple[str, Tensors]]:
    """Yield random and real inputs in batches of 1 and more, and with other lengths of each free axis."""
    rng = np.random.default_rng(seed)
    free = {label: _size(graph, label) for axes in graph.dynamic_axes.values() for label in axes.values()}
    free = {label: size for label, size in free.items() if size}
    batch = {axes.get(graph.batch_axis) for axes in graph.dynamic_axes.values() if graph.batch_axis is not None}
    variants: list[dict[str, int]] = [{}]
    for label, own in free.items():
        # A network that halves its images a few times takes twice their size, but not any size.
        variants += [{label: size} for size in ((1, own + 3) if label in batch else (2 * own, max(1, own // 2)))]
    source = real if _fits(graph, real) else graph.example
    for lengths in variants:
        named = ", ".join(f"{label} {size}" for label, size in lengths.items()) or "as in the example"
        yield f"random, {named}", _random_inputs(graph, lengths, rng)
        yield f"real, {named}", _real_inputs(graph, source, {**free, **lengths})


def _size(graph: GraphExport, label: str) -> int:
    sizes = [
        array.shape[axis]
        for name, array in graph.example.items()
        for axis, own in graph.dynamic_axes.get(name, {}).items()
        if own == label
    ]
    return sizes[0] if sizes else 0


def _fits(graph: GraphExport, real: Arrays) -> bool:
    return all(
        name in real
        and real[name].dtype == array.dtype
        and real[name].ndim == array.ndim
        and all(
            axis in graph.dynamic_axes.get(name, {}) or size == own
            for axis, (size, own) in enumerate(zip(real[name].shape, array.shape, strict=True))
        )
        for name, array in graph.example.items()
    )


def _real_inputs(graph: GraphExport, real: Arrays, lengths: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Return the beginning of real data; where they are too short, they are repeated."""
    found = {}
    for name in graph.example:
        array = real[name]
        for axis, label in graph.dynamic_axes.get(name, {}).items():
            array = np.take(array, np.arange(lengths[label]) % array.shape[axis], axis=axis)
        found[name] = np.ascontiguousarray(array)
    return found


def _alone(session: _Session, graph: GraphExport, tensors: Tensors, together: Tensors) -> float:
    axis = graph.batch_axis
    labels = {graph.dynamic_axes.get(name, {}).get(axis) for name in tensors} if axis is not None else {None}
    if axis is None or None in labels or len(labels) != 1:
        return 0.0
    worst = 0.0
    for k in range(next(iter(tensors.values())).shape[axis]):
        single = session(**{name: np.take(array, [k], axis=axis) for name, array in tensors.items()})
        expected = {name: np.take(array, [k], axis=axis) for name, array in together.items()}
        worst = max(worst, _difference(expected, single))
    return worst


def _difference(expected: Tensors, found: Tensors) -> float:
    worst = 0.0
    for name, wanted in expected.items():
        got = found[name]
        if got.shape != wanted.shape or got.dtype != wanted.dtype:
            kinds = f"{wanted.dtype} {wanted.shape}, ONNX Runtime {got.dtype} {got.shape}"
            raise PluginError(f"parity: {name}: torch gives {kinds}")
        a, b = wanted.astype(np.float64), got.astype(np.float64)
        if a.size:
            # NaN on one side only must count as a difference.
            gap = np.where(np.isnan(a) & np.isnan(b) | (a == b), 0.0, np.abs(a - b))
            scale = max(1.0, float(np.max(np.abs(a[np.isfinite(a)]), initial=0.0)))
            worst = max(worst, float(np.nan_to_num(gap, nan=np.inf).max()) / scale)
    return worst


def _random_inputs(graph: GraphExport, lengths: Mapping[str, int], rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Return random inputs whose free axes have the lengths given by name; the others are as in the example."""
    return {
        name: _random(array, _lengths(array, graph.dynamic_axes.get(name, {}), lengths), rng)
        for name, array in graph.example.items()
    }


def _lengths(array: NDArray[Any], free: Mapping[int, str], lengths: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(lengths.get(free.get(axis, ""), size) for axis, size in enumerate(array.shape))


def _random(array: NDArray[Any], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[Any]:
    if array.dtype.kind == "f":
        return rng.standard_normal(shape).astype(array.dtype)
    if array.dtype.kind == "b":
        return rng.random(shape) < 0.5
    return rng.integers(int(array.min()), int(array.max()) + 1, shape).astype(array.dtype)
