"""How the model of this detector is trained; the platform runs the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.product import Product
from helioscribe.sdk import Models
from helioscribe.sdk.recipe import read_recipe
from helioscribe.sdk.training import Arrays, GraphExport, TrainingData
from helioscribe_stix_ssl._preprocess import SIDE
from helioscribe_stix_ssl.training._dataset import make_dataset
from helioscribe_stix_ssl.training._embed import embedded, torch_encoder
from helioscribe_stix_ssl.training._fit_set import fit_set
from helioscribe_stix_ssl.training._fitting import FitSettings, fit_transforms
from helioscribe_stix_ssl.training._matching import previous_transforms
from helioscribe_stix_ssl.training._measure import validation_metrics
from helioscribe_stix_ssl.training._start import go_on_from

__all__ = ["Program", "create"]

_RECIPE = Path(__file__).parents[1] / "recipe.toml"


def create() -> Program:
    """Make the program."""
    return Program()


class Program:
    """Trains an encoder on two tasks without labels, or takes a pretrained one, and fits transforms to embeddings."""

    def __init__(self) -> None:
        self._measured: Mapping[str, Any] = {}

    def recipe(self) -> Mapping[str, Any]:
        """Return all settings with their defaults."""
        return read_recipe(_RECIPE).options

    def prepare(
        self, options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]
    ) -> TrainingData:
        """Simulate flares and read real maps."""
        return make_dataset(options, data=data, read=read)

    def network(self, options: Mapping[str, Any]) -> Any:
        """Return a fresh encoder with its tasks, or the pretrained encoder of the folder that ``encoder`` names."""
        if options["encoder"]:
            from helioscribe_stix_ssl.training.pretrained import load_pretrained

            return load_pretrained(Path(str(options["encoder"])))
        from helioscribe_stix_ssl.training._network import Encoder, Pretext

        width = int(options["width"])
        encoder = Encoder(width=width, depth=int(options["depth"]), heads=int(options["heads"]), side=SIDE)
        if options["start"]:
            go_on_from(encoder, str(options["start"]))
        shares = {name: float(options[name]) for name in ("first_keep", "keep")}
        return Pretext(encoder, width=width, first=int(options["first"]), **shares)

    def loss(self, network: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, float]]:
        """Return the error on hidden patches and planted kinds; nothing is learned with a pretrained encoder."""
        if network.encoder is network:
            return network.idle.sum() * 0, {}
        # Flares are planted in their neighbours: those of back projections, with side lobes, in back projections.
        order = batch["projected"].argsort(stable=True)
        loss, parts = network(batch["images"][order], batch["several"][order])
        return loss, parts

    def graphs(self, network: Any, options: Mapping[str, Any]) -> Mapping[str, GraphExport]:
        """Return the encoder with a free number of images."""
        example = np.random.default_rng(0).random((2, 1, SIDE, SIDE)).astype(np.float32)
        free = {"image": {0: "batch"}, "embedding": {0: "batch", 1: "dimension"}}
        return {
            "encoder": GraphExport(
                module=network.encoder, example={"image": example}, outputs=("embedding",), dynamic_axes=free
            )
        }

    def arrays(self, network: Any, data: TrainingData, options: Mapping[str, Any]) -> Mapping[str, Arrays]:
        """Embed the fit set and fit all transforms to it."""
        chosen = fit_set(data, population=int(options["population"]), seed=int(options["seed"]))
        settings = FitSettings(
            components=int(options["components"]),
            clusters=int(options["clusters"]),
            trees=int(options["trees"]),
            contamination=float(options["contamination"]),
            forest_on=str(options["forest_on"]),
            seed=int(options["seed"]),
        )
        embeddings = embedded(torch_encoder(network.encoder), chosen.images)
        previous = previous_transforms(str(options["previous"]))
        fitted, self._measured = fit_transforms(embeddings, chosen, settings=settings, previous=previous)
        return {"transforms": fitted}

    def thresholds(
        self, models: Models, data: TrainingData, options: Mapping[str, Any]
    ) -> tuple[Mapping[str, float], Mapping[str, Any]]:
        """Set the threshold of the source count, and measure, on simulated flares that nothing was fitted to."""
        limits, found = validation_metrics(models, seed=int(options["seed"]) + 1000)
        return limits, {"source_count_cross_validated": dict(self._measured), **found}
