"""A plugin's side of training, where torch is its to use.

The host runs the loop, exports, checks parity and registers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk.detector import Models

__all__ = ["Arrays", "GraphExport", "Keeping", "Split", "TrainingData", "TrainingProgram"]

Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name; the first axis counts the samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """One part of a dataset."""

    arrays: Arrays
    """Inputs and targets of every sample, shape (sample, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingData:
    """What a network is trained and checked on."""

    train: Split
    """For the weights."""

    validation: Split
    """For early stopping and thresholds; shares no group or block of time with `train`."""

    description: Mapping[str, Any]
    """For the model card: sources, counts, what is real and what is simulated, how it was split."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphExport:
    """A torch module and how it becomes an ONNX graph."""

    module: Any
    """A `torch.nn.Module` in evaluation mode."""

    example: Mapping[str, NDArray[Any]]
    """Inputs by name, in the order of the module's arguments."""

    outputs: tuple[str, ...]
    """Names of the outputs."""

    dynamic_axes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Free axes by tensor: axis to name, such as ``{"x": {0: "batch", 1: "time"}}``."""

    batch_axis: int | None = 0
    """Axis along which samples do not know each other; checked. None if there is no such axis."""

    opset: int = 17
    """ONNX operator set."""


class TrainingProgram(Protocol):
    """How a detector's model is trained.

    The manifest's ``training`` names a function without arguments that makes one.
    """

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults. A key that is not here is refused.

        The host reads ``epochs``, ``batch_size``, ``learning_rate``, ``patience`` and ``seed``; the rest is the
        plugin's.
        """

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Make the dataset. Raises `InvalidInputError` if the folder lacks what is needed."""

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return a fresh `torch.nn.Module`; the host has set the seeds."""

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the loss of a batch of tensors, and what else to report."""

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return what to export, by the names of the manifest."""

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Return fitted arrays that go with the weights, by the names of the manifest; `network` is the trained one."""

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Return the defaults of parameters with these weights, and metrics on the validation part."""


@runtime_checkable
class Keeping(Protocol):
    """A program that may train only some of a model's files."""

    def kept(self, options: Mapping[str, Any]) -> Collection[str]:
        """Return which files of the manifest stay as the plugin ships them."""
