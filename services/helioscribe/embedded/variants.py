"""A detector is evaluated with models that are not registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.training import reader
from helioscribe.sdk import Models
from helioscribe.sdk.loading import load_reference
from helioscribe.training.evaluate import evaluate

__all__ = ["measured_on"]


def measured_on(embedded: Embedded, name: str, card: ModelCard, data: Path) -> Callable[[Models], Mapping[str, Any]]:
    """Return what evaluates a detector on labelled data with the models that it is given, and the card's thresholds."""
    manifest = embedded.host.manifest(name)
    make = load_reference(manifest.entry)
    thresholds = {key: value for key, value in card.thresholds.items() if key in manifest.parameters}

    def measure(models: Models) -> Mapping[str, Any]:
        def detect(product: Product, changed: Parameters) -> DetectionResult:
            found: DetectionResult = make(manifest.resolve_parameters(thresholds, changed)).detect(product, models)
            return found

        return evaluate(name, data, read=reader(embedded.settings), detect=detect, folder=None)

    return measure
