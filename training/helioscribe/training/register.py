"""Weights go into the artifact store, their card into the registry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helioscribe.domain.errors import PluginError
from helioscribe.domain.identity import digest, plain_json
from helioscribe.domain.model import ModelCard, ModelFile, TensorSpec, weights_digest
from helioscribe.domain.times import utc_now
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.models import ModelRegistry
from helioscribe.sdk.manifest import DetectorManifest, ModelSpec
from helioscribe.sdk.training import Arrays
from helioscribe.training.export import ExportedGraph

__all__ = ["Trained", "check_against_manifest", "register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What training made."""

    graphs: Mapping[str, ExportedGraph]
    """By the names of the manifest."""

    arrays: Mapping[str, Arrays]
    """By the names of the manifest."""

    thresholds: Mapping[str, float]
    """Defaults of parameters with these weights."""

    metrics: Mapping[str, Any]
    """By the name of the data that they were measured on."""

    recipe: Mapping[str, Any]
    """All settings."""

    dataset: Mapping[str, Any]
    """What it was trained on."""


def check_against_manifest(trained: Trained, manifest: DetectorManifest, kept: Collection[str] = ()) -> None:
    """Raise `PluginError` unless the detector can use what was trained: files, tensors and thresholds."""
    made = dict.fromkeys(trained.graphs, "onnx") | dict.fromkeys(trained.arrays, "safetensors")
    expected = {name: spec.format for name, spec in manifest.models.items() if name not in kept}
    if made != expected:
        raise PluginError(f"training of {manifest.id}: expected the files {expected}, got {made}")
    for name, graph in trained.graphs.items():
        spec = manifest.models[name]
        for wanted, got in ((spec.inputs, graph.inputs), (spec.outputs, graph.outputs)):
            if wanted and _plain(wanted) != _plain(got):
                raise PluginError(f"training of {manifest.id}: {name}: expected {_plain(wanted)}, got {_plain(got)}")
    manifest.resolve_parameters(trained.thresholds)


def _plain(specs: tuple[TensorSpec, ...]) -> dict[str, tuple[str, tuple[int | None, ...]]]:
    # What free axes are called does not matter.
    return {
        spec.name: (spec.dtype, tuple(size if isinstance(size, int) else None for size in spec.shape)) for spec in specs
    }


def register(
    trained: Trained,
    *,
    manifest: DetectorManifest,
    registry: ModelRegistry,
    artifacts: ArtifactStore,
    kept: Mapping[str, bytes] | None = None,
    notes: str = "",
    canvas: Mapping[str, str] | None = None,
) -> ModelCard:
    """Store the weights and enter their card; it serves nowhere until it is promoted.

    The same weights from the same recipe and data have a card already, which is returned. `kept` are files of the
    manifest that were not trained, by name.

    Raises
    ------
    PluginError
        If the detector could not use the model.
    """
    kept = kept or {}
    check_against_manifest(trained, manifest, kept)
    files = {name: _graph_file(graph, artifacts) for name, graph in trained.graphs.items()}
    files |= {name: _array_file(arrays, artifacts) for name, arrays in trained.arrays.items()}
    files |= {name: _kept_file(manifest.models[name], data, artifacts) for name, data in kept.items()}
    card = replace(_card(trained, manifest.id, files, notes), canvas=dict(canvas or {}))
    for known in registry.cards(manifest.id):
        if (known.sha256, known.recipe, known.dataset) == (card.sha256, card.recipe, card.dataset):
            return known
    registry.register(card)
    return card


def _card(trained: Trained, name: str, files: Mapping[str, ModelFile], notes: str) -> ModelCard:
    now = utc_now()
    return ModelCard(
        name=name,
        version=f"{now:%Y%m%dT%H%M%S}-{weights_digest(files)[:6]}",
        files=files,
        created=now,
        opset=max((graph.opset for graph in trained.graphs.values()), default=0),
        recipe=plain_json(trained.recipe),
        dataset=plain_json(trained.dataset),
        metrics=plain_json(trained.metrics),
        thresholds={parameter: float(value) for parameter, value in trained.thresholds.items()},
        notes=notes,
    )


def _graph_file(graph: ExportedGraph, artifacts: ArtifactStore) -> ModelFile:
    return _stored(graph.data, "onnx", artifacts, inputs=graph.inputs, outputs=graph.outputs)


def _array_file(arrays: Arrays, artifacts: ArtifactStore) -> ModelFile:
    from safetensors.numpy import save

    return _stored(save({name: np.ascontiguousarray(a) for name, a in arrays.items()}), "safetensors", artifacts)


def _kept_file(spec: ModelSpec, data: bytes, artifacts: ArtifactStore) -> ModelFile:
    return _stored(data, spec.format, artifacts, inputs=spec.inputs, outputs=spec.outputs)


def _stored(
    data: bytes,
    kind: str,
    artifacts: ArtifactStore,
    *,
    inputs: tuple[TensorSpec, ...] = (),
    outputs: tuple[TensorSpec, ...] = (),
) -> ModelFile:
    sha256 = digest(data)
    key = artifact_key("models", sha256, f".{kind}")
    artifacts.put(key, data)
    return ModelFile(key=key, sha256=sha256, format=kind, inputs=inputs, outputs=outputs)
