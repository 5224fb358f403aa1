"""One graph, ready to run: the only place that knows ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import MissingDependencyError, PluginError, UsageError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.inference.devices import Device

__all__ = ["GraphSession", "load_arrays", "present", "verified"]

_DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(bool)": "bool"}

# The graph y = -x, to see what runs on a device without any model.
_PROBE = bytes.fromhex(
    "080812003a340a0b0a017812017922034e65671201705a100a0178120b0a0908"
    "0112050a0312016e62100a0179120b0a09080112050a0312016e42040a001011"
)
_PROBE_FILE = ModelFile(
    key="",
    sha256=digest(_PROBE),
    format="onnx",
    inputs=(TensorSpec(name="x", dtype="float32", shape=("n",)),),
    outputs=(TensorSpec(name="y", dtype="float32", shape=("n",)),),
)


def _runtime() -> Any:
    # The library reports to its maker unless told not to before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError:
        raise MissingDependencyError.of("onnxruntime", extra="inference") from None
    return onnxruntime


def present(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Return the devices that were asked for; the CPU where another was merely preferred and is not there."""
    if devices[0].insisted or devices[0].provider in _runtime().get_available_providers():
        return devices
    return (Device(kind="cpu"),)


def probe(devices: tuple[Device, ...]) -> tuple[str, ...]:
    """Return what really runs a graph on each device. Raises `UsageError` where another was insisted on."""
    return tuple(GraphSession("probe", _PROBE_FILE, _PROBE, threads=1, device=device).provider for device in devices)


def verified(name: str, file: ModelFile, data: bytes) -> bytes:
    """Return the bytes of a model file. Raises `PluginError` if they are not those of the card."""
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
        CPU threads that one call may use; 0 for one a core.
    device
        Where it runs.
    spinning
        Whether those threads wait busily, which is quicker while nobody else wants the cores.

    Raises
    ------
    PluginError
        If the bytes are no such graph.
    UsageError
        If it does not come to run on a device that was insisted on.
    """

    def __init__(
        self,
        name: str,
        file: ModelFile,
        data: bytes,
        *,
        threads: int,
        device: Device = Device(kind="cpu"),  # noqa: B008  # frozen
        spinning: bool = True,
    ) -> None:
        self._name = name
        self._session = self._open(verified(name, file, data), threads, device, spinning=spinning)
        if device.insisted and self.provider != device.provider:
            raise UsageError(
                f"graph {name}: {device} was asked for, it runs on {self.provider}; "
                "HELIOSCRIBE_DEVICES=auto takes what there is"
            )
        self._compare("input", file.inputs, self._session.get_inputs())
        self._compare("output", file.outputs, self._session.get_outputs())
        self._outputs = [output.name for output in self._session.get_outputs()]

    @property
    def provider(self) -> str:
        """What really runs the graph, such as ``CPUExecutionProvider``; installed is not the same as working."""
        return str(self._session.get_providers()[0])

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the graph on tensors that were checked. Raises `PluginError` if it breaks."""
        try:
            values = self._session.run(self._outputs, tensors)
        except Exception as error:
            raise PluginError.wrap(error, doing=f"graph {self._name}") from error
        return dict(zip(self._outputs, values, strict=True))

    def _open(self, data: bytes, threads: int, device: Device, *, spinning: bool) -> Any:
        ort = _runtime()
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
        available = ort.get_available_providers()
        wanted = [one for one in device.providers if (one if isinstance(one, str) else one[0]) in available]
        try:
            return ort.InferenceSession(data, options, providers=wanted)
        except Exception as error:
            raise PluginError.wrap(error, doing=f"model file {self._name}: not an ONNX graph that runs here") from error

    def _compare(self, what: str, specs: tuple[TensorSpec, ...], nodes: list[Any]) -> None:
        found = {node.name: (_dtype(node.type), len(node.shape)) for node in nodes}
        expected = {spec.name: (spec.dtype, len(spec.shape)) for spec in specs}
        if found != expected:
            raise PluginError(f"graph {self._name}: expected {what}s {_listed(expected)}, it has {_listed(found)}")


def _dtype(text: str) -> str:
    return _DTYPES.get(text, text.removeprefix("tensor(").removesuffix(")"))


def _listed(tensors: Mapping[str, tuple[str, int]]) -> str:
    return ", ".join(f"{name} {dtype} of {rank} axes" for name, (dtype, rank) in sorted(tensors.items())) or "none"
