"""A real detector with a network of a few weights that trains in a second: how far is a sample from its prediction?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.detection import Detection, DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.model import TensorSpec
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import TimeRange, from_datetime64, utc_now
from helioscribe.sdk import DetectorManifest, Models
from helioscribe.sdk.discovery import Plugin, PluginState
from helioscribe.sdk.manifest import InputSpec, MethodInfo, ModelSpec, ParameterSpec
from helioscribe.sdk.training import GraphExport, Split, TrainingData

__all__ = ["TinyProgram", "create", "create_program", "light_curve", "measure", "tiny_manifest", "tiny_plugin"]

SHAPE: tuple[int | str, ...] = ("batch", "time", 1)


def tiny_manifest(**changes: Any) -> DetectorManifest:
    """Manifest of the detector."""
    graph = ModelSpec(
        file="network.onnx",
        sha256="0" * 64,
        format="onnx",
        inputs=(TensorSpec(name="x", dtype="float32", shape=SHAPE),),
        outputs=(TensorSpec(name="y", dtype="float32", shape=SHAPE),),
    )
    values: dict[str, Any] = {
        "id": "tiny",
        "version": "1.0.0",
        "api": ">=1,<2",
        "title": "Tiny",
        "event_types": ("FL",),
        "input": InputSpec(product="light_curve"),
        "method": MethodInfo(name="Tiny", institute="Helioscribe", contact="nobody", url="https://example.org"),
        "entry": "support.tiny_training:create",
        "model_version": "shipped",
        "models": {
            "network": graph,
            "scale": ModelSpec(file="scale.safetensors", sha256="0" * 64, format="safetensors"),
        },
        "parameters": {
            "threshold": ParameterSpec(type="float", default=1e9, minimum=0.0, description="in standard deviations")
        },
        "evaluation": "support.tiny_training:measure",
        "training": "support.tiny_training:create_program",
    }
    return DetectorManifest(**values | changes)


def tiny_plugin(root: Path | None = None, **changes: Any) -> Plugin:
    """The detector as if it were installed."""
    return Plugin(
        name="tiny",
        distribution="helioscribe-tiny",
        version="1.0.0",
        manifest=tiny_manifest(**changes),
        state=PluginState.COMPATIBLE,
        since=utc_now(),
        root=root,
    )


def light_curve(counts: Sequence[float]) -> LightCurve:
    """Light curve of one band, one sample a second."""
    t = len(counts)
    values = np.asarray(counts, np.float64)[:, None]
    return LightCurve(
        observatory="Test",
        instrument="TINY",
        times=np.datetime64("2022-03-28T00:00:00", "ns") + np.arange(t) * np.timedelta64(1, "s"),
        exposure=np.ones(t),
        counts=values,
        errors=np.sqrt(np.abs(values)),
        energies=np.array([[4.0, 10.0]]),
        live_fraction=np.ones(t),
        attenuator=np.zeros(t, np.uint8),
        good=np.ones(t, bool),
    )


def create(parameters: Parameters) -> Tiny:
    """Make the detector."""
    return Tiny(float(parameters["threshold"]))


class Tiny:
    """Claims one flare where counts rise above the threshold times the prediction's error."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look for a flare."""
        if not isinstance(product, LightCurve):
            raise InvalidInputError("tiny reads light curves")
        x = (product.counts / float(models.arrays("scale")["scale"][0])).astype(np.float32)[None]
        error = np.abs(models["network"](x=x)["y"] - x)[0, :, 0]
        above = np.flatnonzero(error > self._threshold)
        if not above.size:
            return DetectionResult()
        ends = TimeRange(start=from_datetime64(product.times[above[0]]), end=from_datetime64(product.times[above[-1]]))
        claim = Detection(event_type="FL", time_range=ends, measurements={"error": float(error.max())})
        return DetectionResult(detections=(claim,))


def create_program() -> TinyProgram:
    """Make the program."""
    return TinyProgram()


class TinyProgram:
    """Trains a small LSTM with dropout to repeat a sine with noise."""

    def recipe(self) -> Mapping[str, Any]:
        return {
            "epochs": 3,
            "batch_size": 8,
            "learning_rate": 0.01,
            "patience": 3,
            "seed": 1,
            "hidden_size": 4,
            "samples": 24,
            "noise": 0.1,
            "name": "sine",
        }

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        rng = np.random.default_rng(options["seed"])
        parts = [self._split(rng, options, count) for count in (options["samples"], 8)]
        description = {"name": options["name"], "simulated": True}
        return TrainingData(train=parts[0], validation=parts[1], description=description)

    def _split(self, rng: np.random.Generator, options: Mapping[str, Any], count: int) -> Split:
        phase = rng.uniform(0, 6, (count, 1, 1))
        x = np.sin(np.arange(20)[None, :, None] / 3 + phase) + options["noise"] * rng.standard_normal((count, 20, 1))
        return Split(arrays={"x": x.astype(np.float32)})

    def network(self, options: Mapping[str, Any]) -> Any:
        from torch import nn

        class Network(nn.Module):
            def __init__(self, hidden: int) -> None:
                super().__init__()
                self.lstm, self.drop = nn.LSTM(1, hidden, batch_first=True), nn.Dropout(0.1)
                self.head = nn.Linear(hidden, 1)

            def forward(self, x: Any) -> Any:
                return self.head(self.drop(self.lstm(x)[0]))

        return Network(options["hidden_size"])

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        error = (network(batch["x"]) - batch["x"]) ** 2
        return error.mean(), {"largest": float(error.detach().max())}

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        free = {name: {0: "batch", 1: "time"} for name in ("x", "y")}
        example = {"x": np.zeros((2, 20, 1), np.float32)}
        return {"network": GraphExport(module=network, example=example, outputs=("y",), dynamic_axes=free)}

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        return {"scale": {"scale": np.array([data.train.arrays["x"].std()], np.float64)}}

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        x = data.validation.arrays["x"]
        error = np.abs(models["network"](x=x)["y"] - x)
        scale = float(models.arrays("scale")["scale"][0])
        return {"threshold": float(error.max()) * 2}, {"mean_error": float(error.mean()), "scale": scale}


def measure(
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Callable[[Product, Parameters], DetectionResult],
    folder: Path | None,
) -> dict[str, Any]:
    """Count what is found in every file of a folder, at two thresholds."""
    products = [read(path) for path in sorted(data.glob("*.txt"))]
    if not products:
        raise InvalidInputError("expected text files")
    return {
        "all": {"default": sum(len(detect(product, {}).detections) for product in products)},
        "never": {"found": sum(len(detect(product, {"threshold": 1e9}).detections) for product in products)},
    }
