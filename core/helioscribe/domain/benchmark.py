"""The gate before a promotion: fixed data on which a version must do no worse than the one that serves."""

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
    """What a version of a model is measured on before it may serve.

    Raises
    ------
    InvalidInputError
        If the accepted loss is no number of at least 0, or no metric is named.
    """

    name: str
    """Of the model."""

    dataset: str
    """Id of a dataset version: its files never change."""

    metric: str
    """Where the number is in the metrics of the evaluation, such as ``real disks/f1``; more is better."""

    loss: float = 0.0
    """How much less than the champion's is accepted."""

    at: datetime
    """When it was fixed, UTC."""

    by: str
    """Who did it."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.loss) and self.loss >= 0):
            raise InvalidInputError(f"benchmark of {self.name}: expected a loss of at least 0, got {self.loss}")
        if not self.metric or not self.dataset:
            raise InvalidInputError(f"benchmark of {self.name}: expected a dataset and a metric such as A/B")

    @property
    def id(self) -> str:
        """The same data and metric are the same benchmark, whatever loss is accepted."""
        return content_id("bench", name=self.name, dataset=self.dataset, metric=self.metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """How good a version is on a benchmark.

    Raises
    ------
    InvalidInputError
        If the value is no number.
    """

    name: str
    """Of the model."""

    version: str
    """What was measured."""

    benchmark: str
    """Its id."""

    value: float
    """Of the benchmark's metric."""

    at: datetime
    """When, UTC."""

    by: str
    """Who measured."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InvalidInputError(f"measurement of {self.name} {self.version}: {self.value} is no number")


def values_on(benchmark: Benchmark, measurements: Iterable[Measurement]) -> dict[str, float]:
    """Return what each version reached on a benchmark."""
    return {one.version: one.value for one in measurements if one.benchmark == benchmark.id}


def pass_gate(
    benchmark: Benchmark | None,
    values: Mapping[str, float],
    *,
    champion: str,
    version: str,
    override: bool,
    reason: str,
) -> str:
    """Return the reason of a promotion as the history keeps it: with the figures, or that nobody asked for them.

    Parameters
    ----------
    benchmark
        Of the model; None if nobody has fixed one.
    values
        What each version reached on it.
    champion
        Who serves; empty if nobody.
    version
        Who shall serve.
    override
        Whether to promote whatever the figures say.
    reason
        Why.

    Raises
    ------
    ConflictError
        If one of the two has not been measured, or the version does worse than is accepted.
    InvalidInputError
        If the gate is overridden without a reason.
    """
    if benchmark is None or champion in ("", version):
        return reason
    if override:
        if not reason.strip():
            raise InvalidInputError(f"{benchmark.name} {version}: promoting it without its benchmark needs a reason")
        return f"{reason}; without the gate: {_told(benchmark, values, champion, version)}"
    for one in (champion, version):
        if one not in values:
            raise ConflictError(f"{benchmark.name} {version} is not promoted: {one} is not measured on {benchmark.id}")
    if values[version] < values[champion] - benchmark.loss:
        fall = f"{benchmark.metric} falls from {values[champion]:.4g} to {values[version]:.4g}"
        raise ConflictError(f"{benchmark.name} {version} is not promoted: {fall}; {benchmark.loss:g} less is accepted")
    return "; ".join(filter(None, (reason, _told(benchmark, values, champion, version))))


def _told(benchmark: Benchmark, values: Mapping[str, float], champion: str, version: str) -> str:
    after, before = (f"{values[one]:.4g}" if one in values else "not measured" for one in (version, champion))
    return f"{benchmark.metric} {after}, was {before}, on {benchmark.dataset}"
