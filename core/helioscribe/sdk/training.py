"""What a plugin implements so that its model can be trained. It may use torch here.

The host runs the training loop, exports the graphs to ONNX, compares them with torch and registers the model.
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
"""Arrays by name; the first axis is that of the samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """The samples of one part of a dataset."""

    arrays: Arrays
    """Inputs and targets of every sample, shape (sample, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingData:
    """The data that a network is trained and validated on."""

    train: Split
    """Samples that the weights are fitted to."""

    validation: Split
    """Samples for early stopping and thresholds. They must be independent of `train`: other events, other times."""

    description: Mapping[str, Any]
    """For the model card: sources, numbers of samples, what is real and what simulated, and how the data were split."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphExport:
    """A torch module, and how to export it to ONNX."""

    module: Any
    """The `torch.nn.Module`, in evaluation mode."""

    example: Mapping[str, NDArray[Any]]
    """Example inputs by name, in the order of the module's arguments."""

    outputs: tuple[str, ...]
    """Names of the outputs, in order."""

    dynamic_axes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Names of the axes of variable length, by tensor and axis, such as ``{"x": {0: "batch", 1: "time"}}``."""

    batch_axis: int | None = 0
    """Axis along which samples are independent of each other, which is checked; None if there is none."""

    opset: int = 17
    """ONNX operator set."""


class TrainingProgram(Protocol):
    """How a detector's model is trained.

    The manifest's ``training`` names a function without arguments that returns one. ``helioscribe detectors new NAME
    --network`` writes a complete example.
    """

    def recipe(self) -> Mapping[str, Any]:
        """Return the program's settings and their defaults; users can set these and the host's, and no others.

        It may give other defaults to settings of the host, such as ``epochs`` or ``learning_rate``; all of those are in
        `helioscribe.sdk.recipe.HOST_SETTINGS`.
        """

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Read or simulate the data.

        Parameters
        ----------
        options
            All settings, the host's too.
        data
            Folder of the dataset; None if none was given.
        read
            Reads one file as the platform does.

        Raises
        ------
        InvalidInputError
            If the folder lacks something that is needed.
        """

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return an untrained `torch.nn.Module`. The host has set the seeds of the random numbers."""

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the loss of a batch of tensors, and further numbers to report by name."""

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return the graphs to export, by their names in the manifest."""

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Return the arrays that belong to the trained network, by their names in the manifest; often none."""

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Return values for parameters of the detector that suit these weights, and metrics on the validation data.

        `models` runs the exported graphs as the host does.
        """


@runtime_checkable
class Keeping(Protocol):
    """A program that can train some of its model's files and keep the others."""

    def kept(self, options: Mapping[str, Any]) -> Collection[str]:
        """Return the names in the manifest of the files that are not trained but taken from the plugin's package."""
