"""Versions of a model in fewer bits: made from a version that is known, measured beside it, kept if they do as well."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelCard, ModelFile
from helioscribe.domain.times import utc_now
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.models import ModelRegistry
from helioscribe.sdk import Model, Models
from helioscribe.training.evaluate import metric_of
from helioscribe.training.measure import files_of, models_of
from helioscribe.training.quantize import Kind, in_fewer_bits

__all__ = ["Gate", "Seen", "make_variant"]

_MOST_INPUTS, _MOST_BYTES = 64, 256 << 20
_ROUNDS = 7

Measure = Callable[[Models], Mapping[str, Any]]
"""Evaluates the detector with some models and returns its metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a variant must keep."""

    metric: str
    """Where the number is in the metrics, such as ``real disks/f1``; more is better."""

    loss: float = 0.0
    """How much less is accepted."""

    def check(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was compared. Raises `PluginError` if too much was lost, `InvalidInputError` without a number."""
        was, now = metric_of(before, self.metric), metric_of(after, self.metric)
        if not now >= was - self.loss:
            raise PluginError(f"{self.metric} falls from {was:.4g} to {now:.4g}; {self.loss:g} less is accepted")
        return {"metric": self.metric, "before": was, "after": now, "accepted_loss": self.loss}


@dataclass(frozen=True, slots=True)
class Seen:
    """Models that remember some of the inputs that they were given."""

    models: Models
    """The real ones."""

    inputs: dict[str, list[dict[str, NDArray[Any]]]] = field(default_factory=dict)
    """By graph, in order."""

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        return _Remembering(self.models[name], self.inputs.setdefault(name, []))

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays."""
        return self.models.arrays(name)


@dataclass(frozen=True, slots=True)
class _Remembering:
    model: Model
    inputs: list[dict[str, NDArray[Any]]]

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        held = sum(tensor.nbytes for one in self.inputs for tensor in one.values())
        if len(self.inputs) < _MOST_INPUTS and held < _MOST_BYTES:
            self.inputs.append({name: np.array(tensor) for name, tensor in tensors.items()})
        return self.model(**tensors)


def make_variant(
    card: ModelCard, kind: Kind, *, artifacts: ArtifactStore, registry: ModelRegistry, measure: Measure, gate: Gate
) -> ModelCard:
    """Make a version in fewer bits, and register it if it does as well as the one that it is made from.

    Every second real input fits ranges, the others tell how far the outputs move and how much faster it is.

    Parameters
    ----------
    card
        What it is made from.
    kind
        What to make.
    artifacts, registry
        Where it goes; it serves nowhere until it is promoted.
    measure
        Evaluates the detector on real data with labels.
    gate
        What it must keep.

    Raises
    ------
    PluginError
        If a graph cannot be made so, or too much is lost.
    InvalidInputError
        If the gate names no metric.
    """
    data = files_of(card, artifacts)
    plain = models_of(card, data)
    seen = Seen(plain)
    before = measure(seen)
    made = {
        name: in_fewer_bits(data[name], kind, seen.inputs.get(name, [])[::2]) if file.format == "onnx" else data[name]
        for name, file in card.files.items()
    }
    variant = models_of(card, made)
    compared = {
        name: _compared(plain[name], variant[name], inputs[1::2] or inputs) for name, inputs in seen.inputs.items()
    }
    after = measure(variant)
    told = {"of": card.version, "kind": kind.value, "graphs": compared, "gate": gate.check(before, after)}
    new = replace(
        card,
        version=f"{card.version}-{kind}",
        files={name: _stored(file, made[name], artifacts) for name, file in card.files.items()},
        created=utc_now(),
        recipe={**card.recipe, "variant": kind.value},
        metrics={**after, "variant": told},
        notes=f"version {card.version} in {kind}",
    )
    registry.register(new)
    return new


def _compared(plain: Model, variant: Model, inputs: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, float]:
    moved = max((_moved(plain(**one), variant(**one)) for one in inputs), default=0.0)
    ratios = [_seconds(plain, inputs) / _seconds(variant, inputs) for _ in range(_ROUNDS)] if inputs else [1.0]
    return {"largest_relative_change": moved, "speed": statistics.median(ratios), "inputs": len(inputs)}


def _moved(before: Mapping[str, NDArray[Any]], after: Mapping[str, NDArray[Any]]) -> float:
    """Return the largest change of an output, relative to the largest value of that output."""
    found = [
        float(np.max(np.abs(after[name] - values), initial=0.0) / np.max(np.abs(values), initial=1e-12))
        for name, values in before.items()
        if values.dtype.kind == "f"
    ]
    return max(found, default=0.0)


def _seconds(model: Model, inputs: Sequence[Mapping[str, NDArray[Any]]]) -> float:
    begun = time.perf_counter()
    for one in inputs[:8]:
        model(**one)
    return time.perf_counter() - begun


def _stored(file: ModelFile, data: bytes, artifacts: ArtifactStore) -> ModelFile:
    sha256 = digest(data)
    key = artifact_key("models", sha256, f".{file.format}")
    artifacts.put(key, data)
    return replace(file, key=key, sha256=sha256)
