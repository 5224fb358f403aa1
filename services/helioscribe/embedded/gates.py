"""The gate before a promotion: a fixed benchmark on which a version must not do worse than the one that serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import NotFoundError, PermanentError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.product import Product
from helioscribe.domain.times import utc_now
from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.training import reader
from helioscribe.training import datasets
from helioscribe.training.evaluate import evaluate
from helioscribe.training.variants import Gate

__all__ = ["Benchmark", "measured", "pass_gate", "present_gate", "set_gate"]

_FOLDER = "gates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """What a version is measured on before it may serve."""

    dataset: str
    """Id of a dataset version: the files never change."""

    metric: str
    """Where the number is in the metrics, such as ``real disks/f1``; more is better."""

    loss: float = 0.0
    """How much less than the champion's is accepted."""


def set_gate(embedded: Embedded, name: str, data: Path, *, metric: str, loss: float) -> Benchmark:
    """Fix the benchmark of a model; earlier ones are kept, the newest counts."""
    version = datasets.version_of_folder(data, put=lambda stream, path: embedded.training.put_file(stream, path=path))
    made = Benchmark(dataset=embedded.training.add_dataset(version), metric=metric, loss=loss)
    record = {"dataset": made.dataset, "metric": made.metric, "loss": made.loss}
    key = f"{_FOLDER}/{name}/{utc_now():%Y%m%dT%H%M%S%f}.json"
    embedded.platform.artifacts.put(key, json.dumps(record).encode())
    return made


def present_gate(embedded: Embedded, name: str) -> Benchmark | None:
    """Return the benchmark of a model; None if nobody has fixed one."""
    keys = list(embedded.platform.artifacts.keys(f"{_FOLDER}/{name}/"))
    return Benchmark(**json.loads(embedded.platform.artifacts.get(keys[-1], limit=1 << 16))) if keys else None


def measured(embedded: Embedded, name: str, version: str, benchmark: Benchmark) -> Mapping[str, Any]:
    """Return the metrics of a version on a benchmark."""
    dataset = datasets.get_version(benchmark.dataset, embedded.platform.artifacts)
    folder = embedded.training.folder / "datasets"
    data = datasets.folder_of(dataset, embedded.platform.artifacts, cache=folder)

    def detect(product: Product, changed: Parameters) -> DetectionResult:
        from helioscribe.adapters.product_codec import encode_product
        from helioscribe.inference.host import Source

        source = Source(observation_ids=(), input_sha256=digest(encode_product(product)))
        run = embedded.host.run(name, product, source=source, parameters=changed, model_version=version)
        return run.result

    return evaluate(name, data, read=reader(embedded.settings), detect=detect, folder=None)


def pass_gate(embedded: Embedded, name: str, version: str) -> str:
    """Return in words how a version did against the champion; empty if no benchmark is fixed or nobody serves.

    Raises
    ------
    PermanentError
        If it does worse than is accepted.
    """
    benchmark = present_gate(embedded, name)
    try:
        champion = embedded.platform.models.resolve(name).version
    except NotFoundError:
        return ""
    if benchmark is None or champion == version:
        return ""
    before, after = (measured(embedded, name, one, benchmark) for one in (champion, version))
    try:
        found = Gate(metric=benchmark.metric, loss=benchmark.loss).check(before, after)
    except PluginError as error:
        raise PermanentError(f"{name} {version} is not promoted: {error.message}") from None
    return f"{benchmark.metric} {found['after']:.4g}, was {found['before']:.4g}, on {benchmark.dataset}"
