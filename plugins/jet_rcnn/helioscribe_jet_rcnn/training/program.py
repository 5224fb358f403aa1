"""How the model of this detector is trained; the platform runs the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.sdk import Models
from helioscribe.sdk.recipe import read_recipe
from helioscribe.sdk.training import Arrays, GraphExport, TrainingData
from helioscribe_jet_rcnn._frames import PLANES, SIDE
from helioscribe_jet_rcnn._windows import WINDOW
from helioscribe_jet_rcnn.data.labels import FOLDS

__all__ = ["Program", "create"]

_RECIPE = Path(__file__).parents[1] / "recipe.toml"


def create() -> Program:
    """Make the program."""
    return Program()


class Program:
    """Trains encoder and head as one network."""

    decides = "threshold"

    def __init__(self) -> None:
        self._weights = (0.0, 0.0)
        self._scaler: Arrays = {}

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults."""
        return read_recipe(_RECIPE).options

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Make windows of the labelled sequences of a folder.

        Raises
        ------
        InvalidInputError
            If there is no folder, no such fold, or too few jets.
        """
        from helioscribe_jet_rcnn.training._dataset import make_dataset

        if data is None:
            raise InvalidInputError("jet-rcnn: expected a folder of labelled sequences; simulations need backgrounds")
        if not 0 <= int(options["fold"]) < FOLDS:
            raise InvalidInputError(f"recipe: fold: expected 0 to {FOLDS - 1}, got {options['fold']}")
        made, self._scaler = make_dataset(
            data, read=read, fold=int(options["fold"]), windows=int(options["windows"]), seed=int(options["seed"])
        )
        return made

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return fresh networks. Raises `InvalidInputError` for channels that are none."""
        from helioscribe_jet_rcnn.training._network import Network

        channels = tuple(int(part) for part in str(options["channels"]).split("-") if part.isdigit())
        if len(channels) != 5 or min(channels) < 1:
            given = options["channels"]
            raise InvalidInputError(f"recipe: channels: expected five, such as 8-8-16-32-64, got {given!r}")
        self._weights = (float(options["map_weight"]), float(options["real_map_weight"]))
        return Network(
            channels=channels,
            hidden=int(options["hidden"]),
            encoder_steps=int(options["encoder_steps"]),
            frames=int(options["frames"]),
        )

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the sum of the parts of the loss, and the parts."""
        from helioscribe_jet_rcnn.training._losses import losses

        parts = losses(network, batch, weights=self._weights)
        return sum(parts.values()), {name: float(part.detach()) for name, part in parts.items()}

    def scores(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return labels and probabilities of a batch."""
        from helioscribe_jet_rcnn.training._losses import probabilities

        return batch["label"], probabilities(network, batch)

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return the encoder with a free number of frames, and the head with a free number of windows."""
        frame = np.zeros((2, PLANES, SIDE, SIDE), np.float32)
        gates = np.zeros((2, WINDOW, 4 * int(options["hidden"])), np.float32)
        one, other = {0: "frame"}, {0: "window"}
        return {
            "encoder": GraphExport(
                module=network.encoder,
                example={"x": frame},
                outputs=("gates", "place"),
                dynamic_axes={"x": one, "gates": one, "place": one},
            ),
            "head": GraphExport(
                module=network.head,
                example={"gates": gates, "mask": np.ones((2, WINDOW), np.float32)},
                outputs=("probability",),
                dynamic_axes={"gates": other, "mask": other, "probability": other},
            ),
        }

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Return the statistics of the input, and which events the network has never seen."""
        held = np.array([int(group) for group in data.description["held_out_groups"]], np.int64)
        return {"input": {**self._scaler, "held_out_groups": held}}

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Return scores by kind; the threshold is the host's to choose, by the recipe's objective."""
        from helioscribe_jet_rcnn.training._report import scores_by_kind

        return {}, {"probability by kind": scores_by_kind(models, data.validation.arrays)}

    def picture(self, sample: Mapping[str, NDArray[Any]]) -> bytes:
        """Return a window as a film."""
        from helioscribe_jet_rcnn.data.kinds import KINDS
        from helioscribe_jet_rcnn.training._report import film

        return film(sample["x"], int(sample["length"]), KINDS[int(sample["kind"])])
