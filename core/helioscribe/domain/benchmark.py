"""The benchmark that a new version of a model must pass before it replaces the one that serves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from helioscribe.domain.errors import ConflictError, InvalidInputError
from helioscribe.domain.identity import content_id

__all__ = ["Benchmark", "Measurement", "pass_gate", "values_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Data and metric by which versions of a model are compared before one is promoted.

    Raises
    ------
    InvalidInputError
        If `loss` is negative or not finite, or the dataset or the metric is empty.
    """

    name: str
    """Name of the model."""

    dataset: str
    """Id of the dataset version; its files never change."""

    metric: str
    """Path of the metric in the result of the evaluation, such as ``real disks/f1``. Larger must be better."""

    loss: float = 0.0
    """How much smaller than the champion's the metric may be."""

    at: datetime
    """Time at which the benchmark was set, UTC."""

    by: str
    """Name of the person who set it."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.loss) and self.loss >= 0):
            raise InvalidInputError(f"benchmark of {self.name}: expected a loss of at least 0, got {self.loss}")
        if not self.metric or not self.dataset:
            raise InvalidInputError(f"benchmark of {self.name}: expected a dataset and a metric such as A/B")

    @property
    def id(self) -> str:
        """Id, the same for the same model, dataset and metric, whatever the accepted loss."""
        return content_id("bench", name=self.name, dataset=self.dataset, metric=self.metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The result of one version on a benchmark.

    Raises
    ------
    InvalidInputError
        If the value is not finite.
    """

    name: str
    """Name of the model."""

    version: str
    """Version that was measured."""

    benchmark: str
    """Id of the benchmark."""

    value: float
    """Value of the benchmark's metric."""

    at: datetime
    """Time of the measurement, UTC."""

    by: str
    """Name of the person or worker that measured."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InvalidInputError(f"measurement of {self.name} {self.version}: {self.value} is not a finite number")


def values_on(benchmark: Benchmark, measurements: Iterable[Measurement]) -> dict[str, float]:
    """Return the values on a benchmark, by version."""
    return {one.version: one.value for one in measurements if one.benchmark == benchmark.id}


def pass_gate(
    benchmark: Benchmark,
    values: Mapping[str, float],
    *,
    champion: str,
    version: str,
    override: bool,
    reason: str,
) -> str:
    """Check a promotion against the benchmark; return the reason with the values, for the history.

    Parameters
    ----------
    benchmark
        The benchmark of the model.
    values
        Values on the benchmark, by version.
    champion
        Version that serves now; empty if there is none.
    version
        Version to promote.
    override
        Whether to promote whatever the values are; this needs a reason.
    reason
        Reason of the promotion.

    Raises
    ------
    ConflictError
        If one of the two versions has not been measured, or the new one is worse than the benchmark accepts.
    InvalidInputError
        If `override` is set without a reason.
    """
    if not champion:
        return reason
    if override:
        if not reason.strip():
            raise InvalidInputError(f"{benchmark.name} {version}: overriding the benchmark needs a reason")
        return f"{reason}; benchmark overridden: {_compared(benchmark, values, champion, version)}"
    for one in (champion, version):
        if one not in values:
            raise ConflictError(f"{benchmark.name} {version} is not promoted: {one} is not measured on {benchmark.id}")
    if values[version] < values[champion] - benchmark.loss:
        fall = f"{benchmark.metric} falls from {values[champion]:.4g} to {values[version]:.4g}"
        raise ConflictError(f"{benchmark.name} {version} is not promoted: {fall}; {benchmark.loss:g} less is accepted")
    return "; ".join(filter(None, (reason, _compared(benchmark, values, champion, version))))


def _compared(benchmark: Benchmark, values: Mapping[str, float], champion: str, version: str) -> str:
    after, before = (f"{values[one]:.4g}" if one in values else "not measured" for one in (version, champion))
    return f"{benchmark.metric} {after}, was {before}, on {benchmark.dataset}"
