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
from helioscribe_stix_lstm._features import COLUMNS
from helioscribe_stix_lstm.training._calibration import calibrated, forest_points
from helioscribe_stix_lstm.training._dataset import make_dataset
from helioscribe_stix_lstm.training._forest import grow

__all__ = ["Program", "create"]

_RECIPE = Path(__file__).parents[1] / "recipe.toml"


def create() -> Program:
    """Make the program."""
    return Program()


class Program:
    """Trains one network for five bands and three groups alike, and grows a forest for each."""

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults."""
        return read_recipe(_RECIPE).options

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Simulate series on a real or simulated background."""
        return make_dataset(options, data=data, read=read)

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return a fresh network."""
        from helioscribe_stix_lstm.training._network import CrossChannelLSTM

        return CrossChannelLSTM(
            hidden_size=int(options["hidden_size"]),
            num_layers=int(options["num_layers"]),
            dropout=float(options["dropout"]),
        )

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the sum of the parts of the loss, and the parts."""
        from helioscribe_stix_lstm.training._network import objective

        parts = objective(network, batch["x"], batch["quiet"], batch["label"], batch["weight"])
        return sum(parts.values()), {name: float(part.detach()) for name, part in parts.items()}

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return label and probability of a flare at every sample."""
        return batch["label"], network(batch["x"])[2].sigmoid()

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return the network with free numbers of series and steps."""
        example = np.zeros((2, int(options["sequence_steps"]), COLUMNS), np.float32)
        outputs = ("prediction", "reconstruction", "flare")
        free = {name: {0: "series", 1: "time"} for name in ("x", *outputs)}
        return {"network": GraphExport(module=network, example={"x": example}, outputs=outputs, dynamic_axes=free)}

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Grow the forests on the quiet part of the training data."""
        rng = np.random.default_rng(int(options["seed"]))
        grown = {}
        for name, is_grouped in (("forest", False), ("forest_grouped", True)):
            at = forest_points(data.train.arrays, is_grouped=is_grouped)
            grown[name] = grow(rng, at, trees=int(options["trees"]), sample=int(options["tree_sample"]))
        return grown

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Take the thresholds from the quiet sequences of the validation part."""
        return calibrated(models, data.validation.arrays)

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return a sequence as the network sees it."""
        from helioscribe_stix_lstm.plots.training import draw_sample

        return draw_sample(sample["x"], sample["label"], sample["weight"])
