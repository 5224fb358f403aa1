"""How the model of this detector is trained; the platform runs the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk import Models
from helioscribe.sdk.recipe import read_recipe
from helioscribe.sdk.training import Arrays, GraphExport, TrainingData
from helioscribe_ar_detectnet._crops import PLANES
from helioscribe_ar_detectnet._grid import SIDE
from helioscribe_ar_detectnet._inputs import CROP

__all__ = ["Program", "create"]

_RECIPE = Path(__file__).parents[1] / "recipe.toml"


def create() -> Program:
    """Make the program."""
    return Program()


class Program:
    """Trains the detector and the classifier side by side, on simulated suns."""

    def __init__(self) -> None:
        self._weights = (4.0, 5.0)

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults."""
        return read_recipe(_RECIPE).options

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Simulate suns, with real patches among them if a folder has any."""
        from helioscribe_ar_detectnet.training._dataset import make_dataset

        return make_dataset(scenes=int(options["scenes"]), seed=int(options["seed"]), data=data, read=read)

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return fresh networks."""
        from helioscribe_ar_detectnet.training._network import Networks

        self._weights = (float(options["box_weight"]), float(options["class_weight"]))
        return Networks(width=int(options["width"]))

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the sum of the parts of the loss, and the parts."""
        from helioscribe_ar_detectnet.training._batches import prepared

        parts = network.losses(
            prepared(batch, augment=network.training), box_weight=self._weights[0], class_weight=self._weights[1]
        )
        return sum(parts.values()), {name: float(part.detach()) for name, part in parts.items()}

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return for every square of the grid whether a region is there, and what the detector says."""
        from helioscribe_ar_detectnet.training._batches import squares

        labels, x = squares(batch)
        return labels, network.detector(x)[0]

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:  # noqa: ARG002
        """Return both networks with a free number of images."""
        image, crop = np.zeros((2, 2, SIDE, SIDE), np.float32), np.zeros((2, PLANES, CROP, CROP), np.float32)
        free = {0: "batch"}
        return {
            "detector": GraphExport(
                module=network.detector, example={"x": image}, outputs=("coverage", "corners"),
                dynamic_axes={"x": free, "coverage": free, "corners": free},
            ),
            "classifier": GraphExport(
                module=network.classifier, example={"x": crop}, outputs=("probability",),
                dynamic_axes={"x": free, "probability": free},
            ),
        }  # fmt: skip

    def arrays(
        self, network: Any, data: TrainingData, options: Mapping[str, Any]  # noqa: ARG002  # of the protocol
    ) -> Mapping[str, Arrays]:
        """Return nothing: the networks are all there is."""
        return {}

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]  # noqa: ARG002  # of the protocol
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Take threshold and grouping with the best F1 on the validation scenes, and calibrate the classes."""
        from helioscribe_ar_detectnet.training._thresholds import tuned

        return tuned(models, data.validation.arrays)

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return a disk with its regions."""
        from helioscribe_ar_detectnet.plots import draw_sample

        return draw_sample(sample["field"], sample["boxes"], sample["spotted"])
