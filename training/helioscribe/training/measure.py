"""A version of a model is measured on labelled data, whether it serves, is registered, or neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.benchmark import Benchmark, Measurement, values_on
from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import NotFoundError, PluginError
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.domain.times import utc_now
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.sdk import Models
from helioscribe.sdk.discovery import Plugin
from helioscribe.sdk.loading import load_reference
from helioscribe.sdk.training import Arrays
from helioscribe.training.evaluate import evaluate, metric_of
from helioscribe.training.export import ExportedGraph
from helioscribe.training.parity import OnnxModels

__all__ = ["Measuring", "files_of", "measure_with", "models_of"]

_LIMIT = 4 << 30


def files_of(card: ModelCard, artifacts: ArtifactStore) -> dict[str, bytes]:
    """Return the bytes of a version's files, by name."""
    return {name: artifacts.get(file.key, limit=_LIMIT) for name, file in card.files.items()}


def models_of(card: ModelCard, data: Mapping[str, bytes]) -> OnnxModels:
    """Return what a detector asks, of the bytes of a version's files."""
    from safetensors.numpy import load

    graphs = {
        name: ExportedGraph(name=name, data=data[name], inputs=file.inputs, outputs=file.outputs, opset=card.opset)
        for name, file in card.files.items()
        if file.format == "onnx"
    }
    arrays: dict[str, Arrays] = {name: load(data[name]) for name, file in card.files.items() if file.format != "onnx"}
    return OnnxModels(graphs, arrays)


def measure_with(
    plugin: Plugin,
    card: ModelCard,
    data: Path,
    *,
    read: Callable[[Path], Product],
    check: Callable[[], None] = lambda: None,
) -> Callable[[Models], dict[str, Any]]:
    """Return what evaluates a detector on labelled data with the models that it is given, and the card's thresholds.

    Parameters
    ----------
    plugin, card
        The detector, and whose thresholds count.
    data
        Folder of labelled data.
    read
        The platform's reader of files.
    check
        Called before each product; raises if the work shall stop.
    """
    if plugin.manifest is None:
        raise PluginError(f"detector {plugin.name} cannot be used: {plugin.error}")
    manifest, make = plugin.manifest, load_reference(plugin.manifest.entry)
    thresholds = {key: value for key, value in card.thresholds.items() if key in manifest.parameters}

    def measure(models: Models) -> dict[str, Any]:
        def detect(product: Product, changed: Parameters) -> DetectionResult:
            check()
            found: DetectionResult = make(manifest.resolve_parameters(thresholds, changed)).detect(product, models)
            return found

        return evaluate(plugin, data, read=read, detect=detect, folder=None)

    return measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """Measures versions on the benchmarks of their models."""

    models: ModelRegistry
    """Where benchmarks and measurements are kept."""

    artifacts: ArtifactStore
    """Where weights are."""

    find: Callable[[str], Plugin]
    """Who knows the detectors."""

    read: Callable[[Path], Product]
    """The platform's reader of files."""

    folder_of: Callable[[str], Path | None]
    """Returns the folder of a dataset version."""

    by: str
    """Who measures."""

    def fix(self, benchmark: Benchmark) -> float:
        """Fix the benchmark of a model once the champion has been measured on it; return what it reaches.

        Raises as `for_promotion` does, and nothing is fixed then.
        """
        champion = self.models.resolve(benchmark.name)
        value = self._value(champion, benchmark, lambda: None)
        self.models.fix_benchmark(benchmark)
        self._keep(champion, benchmark, value)
        return value

    def for_promotion(self, name: str, version: str, check: Callable[[], None] = lambda: None) -> dict[str, float]:
        """Measure a version and the champion, unless that was done before; return what both reached.

        Nothing is measured where no benchmark is fixed.

        Raises
        ------
        NotFoundError
            For an unknown version.
        InvalidInputError
            If the evaluation has no such metric.
        PluginError
            If the evaluation breaks.
        """
        benchmark = self.models.benchmark(name)
        if benchmark is None:
            return {}
        known = values_on(benchmark, self.models.measurements(name))
        for card in self._cards(name, version):
            if card.version not in known:
                self._keep(card, benchmark, self._value(card, benchmark, check))
        known = values_on(benchmark, self.models.measurements(name))
        return {card.version: known[card.version] for card in self._cards(name, version)}

    def _cards(self, name: str, version: str) -> list[ModelCard]:
        wanted = self.models.card(name, version)
        try:
            champion = self.models.resolve(name)
        except NotFoundError:
            return [wanted]
        return [wanted] if champion == wanted else [champion, wanted]

    def _keep(self, card: ModelCard, benchmark: Benchmark, value: float) -> None:
        of = {"name": card.name, "version": card.version, "benchmark": benchmark.id}
        self.models.add_measurement(Measurement(**of, value=value, at=utc_now(), by=self.by))

    def _value(self, card: ModelCard, benchmark: Benchmark, check: Callable[[], None]) -> float:
        folder = self.folder_of(benchmark.dataset)
        if folder is None:
            raise NotFoundError(f"benchmark of {card.name}: no dataset")
        measure = measure_with(self.find(card.name), card, folder, read=self.read, check=check)
        return metric_of(measure(models_of(card, files_of(card, self.artifacts))), benchmark.metric)
