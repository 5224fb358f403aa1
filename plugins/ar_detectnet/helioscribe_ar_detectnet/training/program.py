"""How the model of this detector is trained; the platform runs the loop."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.sdk import Models
from helioscribe.sdk.recipe import read_recipe
from helioscribe.sdk.training import Arrays, GraphExport, TrainingData
from helioscribe_ar_detectnet._crops import PLANES
from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet._inputs import CROP

__all__ = ["Program", "create"]

_NETWORKS: Mapping[str, tuple[str, ...]] = {
    "both": ("detector", "classifier"),
    "detector": ("detector",),
    "classifier": ("classifier",),
}
"""What the setting ``networks`` may be."""

_RECIPE = Path(__file__).parents[1] / "recipe.toml"


def create() -> Program:
    """Make the program."""
    return Program()


def _trained(options: Mapping[str, Any]) -> Collection[str]:
    chosen = str(options["networks"])
    if chosen not in _NETWORKS:
        raise InvalidInputError(f"recipe: networks: expected {', '.join(_NETWORKS)}, got {chosen!r}")
    return _NETWORKS[chosen]


class Program:
    """Trains detector and classifier on simulated suns: both side by side, or one while the other stays as it ships."""

    def __init__(self) -> None:
        self._weights = (4.0, 5.0)

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults."""
        return read_recipe(_RECIPE).options

    def kept(self, options: Mapping[str, Any]) -> Collection[str]:
        """Return which network is not trained."""
        return [name for name in _NETWORKS["both"] if name not in _trained(options)]

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Simulate suns, with real patches among them if a folder has any."""
        from helioscribe_ar_detectnet.training._dataset import make_dataset

        return make_dataset(
            scenes=int(options["scenes"]), seed=int(options["seed"]), data=data, read=read, networks=_trained(options)
        )

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return fresh networks."""
        from helioscribe_ar_detectnet.training._network import Networks

        self._weights = (float(options["box_weight"]), float(options["class_weight"]))
        return Networks(_trained(options), width=int(options["width"]))

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the sum of the parts of the loss, and the parts."""
        from helioscribe_ar_detectnet.training._batches import prepared

        parts = network.losses(
            prepared(batch, augment=network.training), box_weight=self._weights[0], class_weight=self._weights[1]
        )
        return sum(parts.values()), {name: float(part.detach()) for name, part in parts.items()}

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return for every square of the grid whether a region is there, and what the detector says.

        Without the detector, for every view whether its class is gamma or has one, and what the classifier says.
        """
        from helioscribe_ar_detectnet.training._batches import complexity, squares

        if network.detector is None:
            return complexity(network.classifier, batch)
        labels, x = squares(batch)
        return labels, network.detector(x)[0]

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return the networks that were trained, with a free number of images."""
        examples = {"detector": (2, 2, SIDE, SIDE), "classifier": (2, PLANES, CROP, CROP)}
        outputs = {"detector": ("coverage", "corners"), "classifier": ("probability",)}
        return {
            name: GraphExport(
                module=getattr(network, name),
                example={"x": np.zeros(shape, np.float32)},
                outputs=outputs[name],
                dynamic_axes={tensor: {0: "batch"} for tensor in ("x", *outputs[name])},
            )
            for name, shape in examples.items()
            if getattr(network, name) is not None
        }

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Return nothing: the networks are all there is."""
        return {}

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Take the threshold with the best F1 on the validation scenes, and calibrate the classes."""
        from helioscribe_ar_detectnet.training._thresholds import tuned

        return tuned(models, data.validation.arrays)

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return a disk with its regions, or else what the classifier sees of some."""
        from helioscribe_ar_detectnet.plots import draw_sample, draw_views

        if "field" not in sample:
            return draw_views(sample["crops"], sample["kind"])
        return draw_sample(sample["field"], sample["boxes"], sample["spotted"])
